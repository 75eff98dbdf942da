import { type ClassType, Field, Int, ObjectType } from 'type-graphql';
import type { Connection, PageInfo as PageInfoFields } from '../kernel/pages.js';

@ObjectType({ description: 'Where a page stands in the whole list.' })
export class PageInfo implements PageInfoFields {
  @Field(() => Boolean, { description: 'Whether more follows.' })
  hasNextPage!: boolean;

  @Field(() => Boolean, { description: 'Whether more came before.' })
  hasPreviousPage!: boolean;

  @Field(() => String, {
    nullable: true,
    description: 'Cursor of the first node: pass it as before for the page before.',
  })
  startCursor!: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'Cursor of the last node: pass it as after for the next page.',
  })
  endCursor!: string | null;
}

/** The GraphQL types `<name>Connection` and `<name>Edge` for a node type. */
export function connectionType<T extends object>(node: ClassType<T>, name: string): ClassType<Connection<T>> {
  @ObjectType(`${name}Edge`, { description: `A ${name} in a list.` })
  class EdgeOfNode {
    @Field(() => String, { description: 'Where the node stands in the list; opaque.' })
    cursor!: string;

    @Field(() => node, { description: 'The node itself.' })
    node!: T;
  }

  @ObjectType(`${name}Connection`, { description: `A page of a list: ${name}.` })
  class ConnectionOfNode {
    @Field(() => [EdgeOfNode], { description: 'The nodes of the page with their cursors.' })
    edges!: EdgeOfNode[];

    @Field(() => [node], { description: 'The nodes of the page.' })
    nodes!: T[];

    @Field(() => PageInfo, { description: 'Where the page stands.' })
    pageInfo!: PageInfo;

    count!: () => Promise<number>;

    @Field(() => Int, { description: 'Length of the whole list. Counted only when it is selected.' })
    totalCount(): Promise<number> {
      return this.count();
    }
  }
  return ConnectionOfNode;
}
