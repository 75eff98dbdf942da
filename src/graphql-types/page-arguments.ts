import { ArgsType, Extensions, Field, Int } from 'type-graphql';
import type { PageArguments } from '../kernel/pages.js';

/** The arguments of every connection: `@Args(() => PageArgs) page: PageArgs`. */
@ArgsType()
export class PageArgs implements PageArguments {
  @Field(() => Int, {
    nullable: true,
    description:
      'Length of the page from the start of the list, 1 to 100. Without first and last it is 20, of deliveries 50.',
  })
  first?: number | null;

  @Field(() => String, { nullable: true, description: 'Only what comes after this cursor.' })
  after?: string | null;

  @Field(() => Int, {
    nullable: true,
    description: 'Instead of first: length of the page from the end of the list, 1 to 100.',
  })
  last?: number | null;

  @Field(() => String, { nullable: true, description: 'Only what comes before this cursor.' })
  before?: string | null;
}

/** Stands beside a connection whose pages have another default length, from which its cost follows. */
export function DefaultPageSize(size: number): ReturnType<typeof Extensions> {
  return Extensions({ pageSize: size });
}
