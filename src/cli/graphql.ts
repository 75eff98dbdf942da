import { readFileSync } from 'node:fs';
import type { initGraphQLTada, ResultOf as TadaResult, VariablesOf as TadaVariables } from 'gql.tada';
import type { introspection } from '../../schema/introspection.d.ts';
import type { OperationTexts } from '../../schema/operations.d.ts';
import { projectPath } from '../config/paths.js';

interface Setup {
  introspection: introspection;
  scalars: { DateTime: string };
  disableMasking: true;
}

declare module 'gql.tada' {
  // Its function has a form for texts of a cache. With texts of this beginning there, the other form's types can be asked for.
  interface setupCache {
    readonly __cacheDisabled: unknown;
    readonly [text: `# typed\n${string}`]: unknown;
  }
}

/** Of gql.tada only the types are used: the API takes text, which nothing has to parse before. */
const tada = ((text: string) => text) as unknown as ReturnType<typeof initGraphQLTada<Setup>>;

declare const types: unique symbol;

/** The text of a document, with the types of what it answers and of the variables that it takes. */
export type ApiDocument<Result, Variables> = string & {
  readonly [types]: (variables: Variables) => Result;
};

type Parsed<Text extends string> = ReturnType<typeof tada<`# typed\n${Text}`, []>>;
/** Text that is no document, or that only running tells, stays a string, which is nothing to run. */
type Typed<Text extends string> = [Parsed<Text>] extends [never]
  ? string
  : ApiDocument<TadaResult<Parsed<Text>>, Unchanged<TadaVariables<Parsed<Text>>>>;
type Unchanged<Value> = Value extends object
  ? { readonly [Key in keyof Value]: Unchanged<Value[Key]> }
  : Value;

/** The type of an example operation, by the name of its file. */
export type OperationOf<Name extends keyof OperationTexts> = Typed<OperationTexts[Name]>;

export type ResultOf<Document> = Document extends ApiDocument<infer Result, never> ? Result : never;
export type VariablesOf<Document> =
  Document extends ApiDocument<unknown, infer Variables> ? Variables : never;

/** Variables are left out where the document needs none. */
export type VariablesArgument<Variables> =
  Record<string, never> extends Variables ? [variables?: Variables] : [variables: Variables];

/** A document whose result and variables are typed by the schema. */
export function graphql<const Text extends string>(text: Text): Typed<Text> {
  return tada(text) as unknown as Typed<Text>;
}

/** One of the example operations in schema/operations. */
export function operation<Name extends keyof OperationTexts>(name: Name): OperationOf<Name> {
  const text = readFileSync(projectPath('schema', 'operations', `${name}.graphql`), 'utf8');
  return text as OperationOf<Name>;
}
