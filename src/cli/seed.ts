import type { Logger } from 'pino';
import { connectDatabase } from '../app/database.js';
import type { Settings } from '../config/settings.js';
import { CommandFailure } from './failure.js';
import { createProgressBar } from './progress-bar.js';
import { createReferenceData, type ReferenceDataSize } from './reference-data.js';

export function checkSize({ users, completed }: ReferenceDataSize): void {
  if (completed <= users) return;
  throw new CommandFailure(
    `--completed must be at most --users: ${completed} of ${users} cannot have completed it.`,
  );
}

export async function seedCommand(
  settings: Settings,
  size: ReferenceDataSize,
  logger: Logger,
): Promise<void> {
  checkSize(size);
  const database = await connectDatabase(settings, logger);
  try {
    const bar = createProgressBar('people {bar} {value}/{total}');
    bar.start(size.users, 0);
    const { pollId, audienceSize } = await createReferenceData(database.dataSource, size, (users) => {
      bar.update(users);
    });
    bar.stop();
    const { users, completed } = size;
    console.log(`Poll ${pollId}: ${users} users, ${completed} completed it, ${audienceSize} to notify.`);
  } finally {
    await database.close();
  }
}
