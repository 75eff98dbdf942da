import { Arg, Extensions, Field, ID } from 'type-graphql';
import type { IdType } from '../kernel/ids.js';

/** Key of the extension of a field that says which type its id has; with the name of an argument, that of the argument. */
export function idExtension(argument?: string): string {
  return argument === undefined ? 'idType' : `idType of ${argument}`;
}

/** "node": an id of any type, which resolvers take and give in its typed form. */
export type DeclaredIdType = IdType | 'node';

interface IdOptions {
  description: string;
  nullable?: boolean;
  list?: boolean;
}

type MemberDecorator = (target: object, key: string | symbol, descriptor?: PropertyDescriptor) => void;

function chooseType({ list = false }: IdOptions): () => typeof ID | (typeof ID)[] {
  return () => (list ? [ID] : ID);
}

/** A field of an object or an input that is an id: typed outside, the bare key of the row inside. */
export function IdField(type: DeclaredIdType, options: IdOptions): MemberDecorator {
  const { description, nullable = false } = options;
  const decorators = [
    Field(chooseType(options), { description, nullable }),
    Extensions({ [idExtension()]: type }),
  ] as MemberDecorator[];
  return (target, key, descriptor) => {
    for (const decorate of decorators) decorate(target, key, descriptor);
  };
}

/** An argument that is an id: typed or bare outside, the bare key of the row inside. */
export function IdArg(name: string, type: DeclaredIdType, options: IdOptions): ParameterDecorator {
  const { description, nullable = false } = options;
  const declareType = Extensions({ [idExtension(name)]: type }) as MemberDecorator;
  return (target, key, index) => {
    if (key === undefined) throw new Error(`The argument ${name} belongs to no method.`);
    Arg(name, chooseType(options), { description, nullable })(target, key, index);
    declareType(target, key);
  };
}
