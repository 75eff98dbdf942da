import { InterfaceType } from 'type-graphql';
import { IdField } from './ids.js';

@InterfaceType({ description: 'An object that node and nodes find by its id.' })
export abstract class Node {
  @IdField('node', { description: 'Type and number, such as poll_1.' })
  id!: string;
}
