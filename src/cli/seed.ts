import type { DataSource } from 'typeorm';
import { connectDatabase } from '../app/database.js';
import { formatId } from '../kernel/ids.js';
import { CommandFailure, ExitCode } from './failure.js';
import type { CommandContext } from './shell.js';
import { createProgressBar } from './progress-bar.js';
import { createReferenceData, type ReferenceData, type ReferenceDataSize } from './reference-data.js';

export function checkSize({ users, completed }: ReferenceDataSize): void {
  if (completed <= users) return;
  throw new CommandFailure(
    `--completed must be at most --users: ${completed} of ${users} cannot have completed it.`,
    ExitCode.WRONG_USAGE,
  );
}

export async function seedCommand(context: CommandContext, size: ReferenceDataSize): Promise<void> {
  const { settings, logger, interruption, output, stderr } = context;
  checkSize(size);
  const database = await connectDatabase(settings, logger);
  try {
    const { pollId, users, completed, audienceSize } = await interruption.orElse(
      seedWithProgress(database.dataSource, size, stderr),
    );
    output.log(
      `${formatId('poll', pollId)}: ${users} users, ${completed} completed it, ${audienceSize} to notify.`,
    );
  } finally {
    await database.close();
  }
}

async function seedWithProgress(
  dataSource: DataSource,
  size: ReferenceDataSize,
  stderr: NodeJS.WritableStream,
): Promise<ReferenceData> {
  const bar = createProgressBar('users {bar} {value}/{total}', stderr);
  try {
    bar.start(size.users, 0);
    return await createReferenceData(dataSource, size, (users) => {
      bar.update(users);
    });
  } finally {
    bar.stop();
  }
}
