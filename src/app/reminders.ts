import { ReminderWriter } from '../campaigns/reminder.js';
import { projectPath } from '../config/paths.js';
import type { Settings } from '../config/settings.js';
import type { SqlExecutor } from '../database/rows.js';
import { References } from '../questionnaire/reference.js';
import { loadSigningKey } from '../questionnaire/signing-key.store.js';
import { TelegramReminderView } from '../telegram/reminder-view.js';
import { Texts } from '../texts/texts.js';

/** What reminders and the bot are written with. */
export interface ReminderDeps {
  texts: Texts;
  references: References;
  writer: ReminderWriter;
  view: TelegramReminderView;
}

/** Reads the texts, and the key that signs buttons. */
export async function createReminders(
  sql: SqlExecutor,
  { timeZone }: Pick<Settings, 'timeZone'>,
): Promise<ReminderDeps> {
  const texts = new Texts(projectPath('locales'));
  const references = new References(await loadSigningKey(sql));
  const view = new TelegramReminderView(references, texts);
  return { texts, references, writer: new ReminderWriter(texts, timeZone), view };
}
