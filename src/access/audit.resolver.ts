import { Arg, Args, Authorized, Query, Resolver } from 'type-graphql';
import { Role } from './identity.js';
import type { Connection } from '../kernel/pages.js';
import { PageArgs } from '../graphql-types/page-arguments.js';
import type { AuditEntry } from './audit-entry.entity.js';
import type { AuditTrail } from './audit-trail.js';
import { AuditEntryConnection, AuditFilter } from './audit.types.js';

@Resolver()
export class AuditResolver {
  constructor(private readonly trail: AuditTrail) {}

  @Authorized(Role.ADMIN)
  @Query(() => AuditEntryConnection, {
    description:
      'Who did what to which campaign when: every call of a mutation, newest first. For the role ADMIN.',
  })
  auditLog(
    @Arg('filter', () => AuditFilter, { nullable: true, description: 'Which entries to list.' })
    filter: AuditFilter | undefined,
    @Args(() => PageArgs) page: PageArgs,
  ): Promise<Connection<AuditEntry>> {
    return this.trail.list(filter, page);
  }
}
