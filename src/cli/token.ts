import type { Logger } from 'pino';
import { ApiTokenService } from '../access/api-token.service.js';
import { ApiTokenStore, type TokenRecord } from '../access/api-token.store.js';
import { connectDatabase } from '../app/database.js';
import type { Settings } from '../config/settings.js';
import { Role } from '../access/identity.js';
import { UserErrorCode, type Result } from '../graphql/user-error.js';
import { CommandFailure, ExitCode } from './failure.js';
import type { Interruption } from './interruption.js';

export type TokenCommand =
  | { kind: 'create'; name: string; role: keyof typeof Role; lifetimeMs: number | undefined }
  | { kind: 'list' }
  | { kind: 'revoke'; nameOrId: string };

export async function tokenCommand(
  settings: Settings,
  command: TokenCommand,
  logger: Logger,
  interruption: Interruption,
): Promise<void> {
  const database = await connectDatabase(settings, logger);
  try {
    const tokens = new ApiTokenService(new ApiTokenStore(database.dataSource));
    await interruption.orElse(run(command, tokens, logger));
  } finally {
    await database.close();
  }
}

async function run(command: TokenCommand, tokens: ApiTokenService, logger: Logger): Promise<void> {
  switch (command.kind) {
    case 'create':
      await create(command, tokens, logger);
      return;
    case 'list':
      list(await tokens.list());
      return;
    case 'revoke': {
      const { id, name } = valueOf(await tokens.revoke(command.nameOrId));
      console.log(
        `Revoked token ${id} ${name}: it is refused from now on, and its connections end within 5 s.`,
      );
    }
  }
}

/** The token alone goes to standard output, so that a script can take it. */
async function create(
  { name, role, lifetimeMs }: TokenCommand & { kind: 'create' },
  tokens: ApiTokenService,
  logger: Logger,
): Promise<void> {
  const { token, record } = valueOf(await tokens.create({ name, role: Role[role], lifetimeMs }));
  const end = record.expiresAt ? `until ${record.expiresAt.toISOString()}` : 'until it is revoked';
  logger.info(`Token ${record.id} ${name} is ${role} ${end}. It is shown this once only:`);
  console.log(token);
}

function list(tokens: readonly TokenRecord[]): void {
  const lines = tokens.map(({ id, name, role, createdAt, expiresAt, state }) => [
    id,
    name,
    role,
    createdAt.toISOString(),
    expiresAt?.toISOString() ?? 'never',
    state,
  ]);
  const table = [['ID', 'NAME', 'ROLE', 'CREATED', 'EXPIRES', 'STATE'], ...lines];
  const widthOf = (column: number) => Math.max(...table.map((line) => line[column]?.length ?? 0));
  for (const line of table) {
    console.log(
      line
        .map((cell, column) => cell.padEnd(widthOf(column)))
        .join('  ')
        .trimEnd(),
    );
  }
}

/** @throws CommandFailure with what has to be put right */
function valueOf<T>(result: Result<T>): T {
  if (result.ok) return result.value;
  const [error] = result.errors;
  const exitCode = error?.code === UserErrorCode.INVALID ? ExitCode.WRONG_USAGE : ExitCode.FAILED;
  throw new CommandFailure(result.errors.map(({ message }) => message).join(' '), exitCode);
}
