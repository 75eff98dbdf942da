import type { Logger } from 'pino';
import { ApiTokenService } from '../access/api-token.service.js';
import { ApiTokenStore } from '../access/api-token.store.js';
import type { TokenRecord } from '../access/token-record.js';
import { connectDatabase } from '../app/database.js';
import { AuditStore } from '../access/audit.store.js';
import { AuditTrail, endingBy } from '../access/audit-trail.js';
import { describeToken } from '../access/describe-token.js';
import { Role, type Identity } from '../access/identity.js';
import { formatId } from '../kernel/ids.js';
import { UserErrorCode, type Result } from '../kernel/user-error.js';
import { CommandFailure, ExitCode } from './failure.js';
import type { CommandContext } from './shell.js';
import { writeTable } from './table.js';

export type TokenCommand =
  | { kind: 'create'; name: string; role: keyof typeof Role; lifetimeMs: number | undefined }
  | { kind: 'list' }
  | { kind: 'revoke'; nameOrId: string };

export async function tokenCommand(context: CommandContext, command: TokenCommand): Promise<void> {
  const { settings, logger, interruption, output } = context;
  const database = await connectDatabase(settings, logger);
  try {
    const { dataSource } = database;
    const tokens = new ApiTokenService(new ApiTokenStore(dataSource));
    const audit = new AuditTrail(new AuditStore(dataSource), logger);
    await interruption.orElse(run(command, { tokens, audit, logger, output }));
  } finally {
    await database.close();
  }
}

interface Deps {
  tokens: ApiTokenService;
  audit: AuditTrail;
  logger: Logger;
  output: Console;
}

/** A user of the command line has the credentials of the database, and so the rights of ADMIN. */
const COMMAND_LINE: Identity = { name: 'command line', role: Role.ADMIN, tokenId: null };

/** Runs the work with an entry in the audit log. @throws CommandFailure with the errors to correct */
async function audited<T>(
  { audit }: Deps,
  action: string,
  detail: string | null,
  work: () => Promise<Result<T>>,
): Promise<T> {
  const call = { identity: COMMAND_LINE, action, campaignId: null, pollId: null, detail };
  return unwrap(
    await audit.record(call, work, (result) => endingBy(result.ok ? undefined : result.errors[0])),
  );
}

async function run(command: TokenCommand, deps: Deps): Promise<void> {
  const { tokens, output } = deps;
  switch (command.kind) {
    case 'create':
      await create(command, deps);
      return;
    case 'list':
      list(await tokens.list(), output);
      return;
    case 'revoke': {
      const { nameOrId } = command;
      const revoke = () => tokens.revoke(nameOrId);
      const { id, name } = await audited(deps, 'revokeToken', describeToken(nameOrId), revoke);
      output.log(
        `Revoked ${formatId('token', id)} ${name}: it is refused from now on, and its connections end within 5 s.`,
      );
    }
  }
}

/** Only the token goes to standard output, so that scripts can use it. */
async function create(
  { name, role, lifetimeMs }: TokenCommand & { kind: 'create' },
  deps: Deps,
): Promise<void> {
  const work = () => deps.tokens.create({ name, role: Role[role], lifetimeMs });
  const { token, record } = await audited(deps, 'createToken', describeToken(name, role), work);
  const end = record.expiresAt ? `until ${record.expiresAt.toISOString()}` : 'until it is revoked';
  deps.logger.info(`${formatId('token', record.id)} ${name} is ${role} ${end}. It is shown this once only:`);
  deps.output.log(token);
}

function list(tokens: readonly TokenRecord[], output: Console): void {
  const lines = tokens.map(({ id, name, role, createdAt, expiresAt, state }) => [
    formatId('token', id),
    name,
    role,
    createdAt.toISOString(),
    expiresAt?.toISOString() ?? 'never',
    state,
  ]);
  writeTable([['ID', 'NAME', 'ROLE', 'CREATED', 'EXPIRES', 'STATE'], ...lines], output);
}

const WRONG_NAME = [UserErrorCode.INVALID, UserErrorCode.TAKEN];

/** @throws CommandFailure with the errors to correct */
function unwrap<T>(result: Result<T>): T {
  if (result.ok) return result.value;
  const [error] = result.errors;
  const exitCode = error && WRONG_NAME.includes(error.code) ? ExitCode.WRONG_USAGE : ExitCode.FAILED;
  throw new CommandFailure(result.errors.map(({ message }) => message).join(' '), exitCode);
}
