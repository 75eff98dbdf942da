import {
  getNamedType,
  GraphQLID,
  isInputObjectType,
  isListType,
  isNonNullType,
  isObjectType,
  type GraphQLField,
  type GraphQLFieldResolver,
  type GraphQLInputObjectType,
  type GraphQLInputType,
  type GraphQLSchema,
} from 'graphql';
import { idExtension, type DeclaredIdType } from '../graphql-types/ids.js';
import { CodedError } from '../kernel/errors.js';
import { describeOtherType, formatId, parseId, toKey } from '../kernel/ids.js';

/** Converts a value of an input type; undefined for types without ids. */
type Conversion = ((value: unknown) => unknown) | undefined;
interface Extended {
  extensions: Readonly<Record<string, unknown>>;
}

function declaredType({ extensions }: Extended, name: string, argument?: string): DeclaredIdType {
  const type = extensions[idExtension(argument)] as DeclaredIdType | undefined;
  if (!type) throw new Error(`${name} is an ID without a type: declare it with @IdField or @IdArg.`);
  return type;
}

/** Ids of another type: a query ends with NOT_FOUND; a mutation says it in its userErrors, so services get them as given. */
class IdInputs {
  private readonly inputs = new Map<GraphQLInputObjectType, Conversion>();

  constructor(private readonly refusesOtherTypes: boolean) {}

  ofArguments(field: GraphQLField<unknown, unknown>, owner: string): Conversion {
    const conversions = field.args.flatMap(({ name, type }) => {
      const conversion = this.ofType(type, () => declaredType(field, `${owner}.${field.name}.${name}`, name));
      return conversion ? [{ name, conversion }] : [];
    });
    return onProperties(conversions);
  }

  private ofType(type: GraphQLInputType, typeOfId: () => DeclaredIdType): Conversion {
    if (isNonNullType(type)) return this.ofType(type.ofType, typeOfId);
    if (isListType(type)) {
      const ofItem = this.ofType(type.ofType, typeOfId);
      return ofItem && ((value) => (Array.isArray(value) ? value.map(ofItem) : value));
    }
    if (isInputObjectType(type)) return this.ofInput(type);
    return type === GraphQLID ? this.ofId(typeOfId()) : undefined;
  }

  private ofInput(type: GraphQLInputObjectType): Conversion {
    if (this.inputs.has(type)) return this.inputs.get(type);
    const conversions = Object.values(type.getFields()).flatMap((field) => {
      const conversion = this.ofType(field.type, () => declaredType(field, `${type.name}.${field.name}`));
      return conversion ? [{ name: field.name, conversion }] : [];
    });
    this.inputs.set(type, onProperties(conversions));
    return this.inputs.get(type);
  }

  private ofId(type: DeclaredIdType): Conversion {
    if (type === 'node') return undefined;
    return (id) => {
      if (typeof id !== 'string') return id;
      const wrong = this.refusesOtherTypes ? describeOtherType(type, id) : undefined;
      if (wrong !== undefined) throw new CodedError('NOT_FOUND', wrong);
      return toKey(type, id);
    };
  }
}

function onProperties(properties: { name: string; conversion: NonNullable<Conversion> }[]): Conversion {
  if (properties.length === 0) return undefined;
  return (value) => {
    if (value == null) return value;
    const given = value as Record<string, unknown>;
    const converted = { ...given };
    for (const { name, conversion } of properties) {
      if (Object.hasOwn(given, name)) converted[name] = conversion(given[name]);
    }
    return converted;
  };
}

/** @throws if a resolver gives something else than the bare key, so that a forgotten conversion is noticed */
function toTyped(type: DeclaredIdType, value: unknown): unknown {
  if (value == null) return value;
  if (Array.isArray(value)) return value.map((item) => toTyped(type, item));
  if (typeof value !== 'string') throw new Error(`A resolver gave the id of ${type} as ${typeof value}.`);
  const id = type === 'node' ? value : formatId(type, value);
  if (!parseId(id)) throw new Error(`${id} is no id of the API.`);
  return id;
}

type Resolve = GraphQLFieldResolver<unknown, unknown>;

function convertField(field: GraphQLField<unknown, unknown>, owner: string, inputs: IdInputs): void {
  const toKeys = inputs.ofArguments(field, owner);
  const convertArguments = (resolve: Resolve): Resolve =>
    toKeys ? (root, args, ...rest) => resolve(root, toKeys(args) as typeof args, ...rest) : resolve;
  if (field.subscribe) field.subscribe = convertArguments(field.subscribe);
  const { resolve } = field;
  if (!resolve) throw new Error(`${owner}.${field.name} has no resolver.`);
  field.resolve = convertArguments(resolve);
  if (getNamedType(field.type) !== GraphQLID) return;
  const type = declaredType(field, `${owner}.${field.name}`);
  const inner = field.resolve;
  field.resolve = async (...call) => toTyped(type, await inner(...call));
}

/**
 * Lets the API speak typed ids such as campaign_12, while everything behind it uses the keys of rows. Arguments also take the
 * bare key.
 * @throws if an ID of the schema has no type
 */
export function convertIds(schema: GraphQLSchema): void {
  const ofMutations = new IdInputs(false);
  const ofOthers = new IdInputs(true);
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || type.name.startsWith('__')) continue;
    const inputs = type === schema.getMutationType() ? ofMutations : ofOthers;
    for (const field of Object.values(type.getFields())) convertField(field, type.name, inputs);
  }
}
