import type { GraphQLFieldResolver, GraphQLSchema } from 'graphql';
import { Extensions } from 'type-graphql';
import type { Identity } from './identity.js';
import type { CallSummary } from '../graphql-types/context.js';
import { isRowId } from '../kernel/ids.js';
import { endingOfPayload, type AuditTrail, type Payload } from './audit-trail.js';

/** Selects what the audit entry of a mutation says. */
export interface AuditRule<Args> {
  campaign?: (args: Args) => string;
  poll?: (args: Args) => string;
  /** No texts and no persons: an entry is kept longer than they may be. */
  detail?: (args: Args) => string | undefined;
}

/** The part of the operation's context that recording needs. */
export interface AuditContext {
  identity: Identity;
  audit: AuditTrail;
  call?: CallSummary;
}
type Resolve = GraphQLFieldResolver<unknown, AuditContext>;

/** Declares what a mutation's audit entry says. Calls are recorded without it as well. */
export function Audited<Args>(rule: AuditRule<Args>): ReturnType<typeof Extensions> {
  return Extensions({ audit: rule });
}

function rowId(id: string | undefined): string | null {
  return id !== undefined && isRowId(id) ? id : null;
}

function recorded(action: string, rule: AuditRule<unknown>, resolve: Resolve): Resolve {
  return (root, args, context, info) => {
    const call = {
      identity: context.identity,
      action,
      campaignId: rowId(rule.campaign?.(args)),
      pollId: rowId(rule.poll?.(args)),
      detail: rule.detail?.(args) ?? null,
    };
    if (call.campaignId !== null) context.call = { campaignId: call.campaignId };
    const work = async () => (await resolve(root, args, context, info)) as Payload;
    return context.audit.record(call, work, (payload) => {
      const ending = endingOfPayload(payload);
      const campaignId = ending.campaignId ?? call.campaignId ?? undefined;
      context.call = { campaignId, refusalCode: ending.code ?? undefined };
      return ending;
    });
  };
}

/**
 * Wraps every mutation of a schema so that each call is recorded, also one that the role forbids.
 * @throws if a mutation does not declare its entry
 */
export function recordMutations(schema: GraphQLSchema): void {
  for (const field of Object.values(schema.getMutationType()?.getFields() ?? {})) {
    const rule = field.extensions.audit as AuditRule<unknown> | undefined;
    if (!rule || !field.resolve) throw new Error(`Mutation ${field.name} needs a rule: @Audited.`);
    field.resolve = recorded(field.name, rule, field.resolve);
  }
}
