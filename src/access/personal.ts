import {
  getNamedType,
  isInputObjectType,
  isObjectType,
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLFieldResolver,
  type GraphQLInputField,
  type GraphQLInputType,
  type GraphQLSchema,
} from 'graphql';
import { Extensions } from 'type-graphql';
import { idExtension } from '../graphql-types/ids.js';
import type { Disguise, PeopleVisibility } from './disguise.js';
import { forbidden, Role } from './identity.js';

interface PersonalRule {
  /** What is given in place of the value. */
  instead?: unknown;
}

type Resolve = GraphQLFieldResolver<unknown, PeopleVisibility>;
type Field = GraphQLField<unknown, PeopleVisibility>;

/**
 * A field that tells who somebody is, or an input that asks for it. Viewers whom the installation does not let see people
 * get something else instead, or are refused.
 */
export function Personal(instead?: unknown): ReturnType<typeof Extensions> {
  return Extensions({ personal: { instead } satisfies PersonalRule });
}

/** @throws FORBIDDEN if who asks may not see people */
export function requirePeople({ disguise }: PeopleVisibility): void {
  if (disguise) throw forbidden([Role.OPERATOR, Role.ADMIN]);
}

function isConnection({ type }: Field): boolean {
  return getNamedType(type).name.endsWith('Connection');
}

/** What becomes of a value of the field under a disguise; undefined for fields that tell nothing of people. */
function chooseDisguise(
  owner: string,
  field: Field,
): ((disguise: Disguise, value: unknown) => unknown) | undefined {
  const rule = field.extensions.personal as PersonalRule | undefined;
  if (rule) return () => rule.instead;
  const isCursor =
    owner === 'PageInfo' ? field.name.endsWith('Cursor') : owner.endsWith('Edge') && field.name === 'cursor';
  if (isCursor) return (disguise, value) => (typeof value === 'string' ? disguise.seal(value) : value);
  const idType = field.extensions[idExtension()];
  if (idType === 'user') return (disguise, value) => disguise.idOf(String(value));
  if (idType !== 'delivery') return undefined;
  return (disguise, value) => String(value).replace(/\d+$/, (userId) => disguise.idOf(userId));
}

/** Whether a value asks for people, by an argument or within an input. */
function asksForPeople(
  type: GraphQLInputType,
  value: unknown,
  { extensions }: Pick<GraphQLInputField, 'extensions'>,
  idType: unknown,
): boolean {
  if (value == null) return false;
  if (extensions.personal !== undefined || idType === 'user') return true;
  const named = getNamedType(type);
  if (!isInputObjectType(named)) return false;
  const values = Array.isArray(value) ? (value as unknown[]) : [value];
  return Object.values(named.getFields()).some((field) =>
    values.some((item) =>
      asksForPeople(
        field.type,
        (item as Record<string, unknown>)[field.name],
        field,
        field.extensions[idExtension()],
      ),
    ),
  );
}

function disguiseArguments(
  field: Field,
  given: Readonly<Record<string, unknown>>,
  disguise: Disguise,
): Record<string, unknown> {
  const asks = ({ name, type, extensions }: GraphQLArgument) =>
    asksForPeople(type, given[name], { extensions }, field.extensions[idExtension(name)]);
  if (field.args.some(asks)) throw forbidden([Role.OPERATOR, Role.ADMIN]);
  const args = { ...given };
  for (const name of isConnection(field) ? ['after', 'before'] : []) {
    const cursor = given[name];
    if (typeof cursor === 'string') args[name] = disguise.open(cursor) ?? '';
  }
  return args;
}

function hideIn(owner: string, field: Field): void {
  const { resolve } = field;
  if (!resolve) throw new Error(`${owner}.${field.name} has no resolver.`);
  const disguised = chooseDisguise(owner, field);
  if (!disguised && field.args.length === 0) return;
  const hidden: Resolve = async (root, args, context, info) => {
    const { disguise } = context;
    if (!disguise) return resolve(root, args, context, info);
    const value = await resolve(
      root,
      disguiseArguments(field, args as Record<string, unknown>, disguise),
      context,
      info,
    );
    return disguised && value != null ? disguised(disguise, value) : value;
  };
  field.resolve = hidden;
}

/** Hides people from operations whose context has a disguise: see Personal. Ids of users and cursors are encrypted for them. */
export function hidePeople(schema: GraphQLSchema): void {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || type.name.startsWith('__')) continue;
    for (const field of Object.values(type.getFields())) hideIn(type.name, field as Field);
  }
}
