import { Ctx, Field, ObjectType, Query, Resolver } from 'type-graphql';
import { Role, type Identity } from './identity.js';

@ObjectType({ description: 'Whose token it is, so that a frontend shows what may be done.' })
export class Viewer {
  @Field(() => String, { description: 'Name of the token.' })
  name!: string;

  @Field(() => Role, { description: 'What the token may do.' })
  role!: Role;
}

@Resolver()
export class ViewerResolver {
  @Query(() => Viewer, { description: 'The token that asks.' })
  viewer(@Ctx() { identity: { name, role } }: { identity: Identity }): Viewer {
    return { name, role };
  }
}
