import { expect, test } from '@jest/globals';
import { Telegram } from 'telegraf';
import { call, startSandbox } from './support.js';

test('a menu of commands is kept by scope and language, and the narrowest is shown', async () => {
  const sandbox = await startSandbox();
  const telegram = new Telegram(sandbox.token, { apiRoot: sandbox.url });
  const start = (description: string) => [{ command: 'start', description }];
  expect(sandbox.commandsShownTo('ru')).toEqual([]);
  await telegram.setMyCommands(start('Everywhere'));
  expect(sandbox.commandsShownTo('ru')).toEqual(start('Everywhere'));
  const scope = { type: 'all_private_chats' } as const;
  await telegram.setMyCommands(start('In private'), { scope });
  await telegram.setMyCommands(start('Наедине'), { scope, language_code: 'ru' });
  expect(sandbox.commandsShownTo('de')).toEqual(start('In private'));
  expect(sandbox.commandsShownTo('ru')).toEqual(start('Наедине'));
  expect(await telegram.getMyCommands({ scope, language_code: 'ru' })).toEqual(start('Наедине'));
});

test.each([
  [{ commands: 'start' }, 'BOT_COMMANDS_INVALID'],
  [{ commands: [{ command: 'Start!', description: 'x' }] }, 'BOT_COMMAND_INVALID'],
  [{ commands: [{ command: 'start', description: '' }] }, 'BOT_COMMAND_DESCRIPTION_INVALID'],
  [{ commands: [], language_code: 'english' }, 'invalid language code specified'],
])('%j is refused', async (params, reason) => {
  const { status, description } = await call(await startSandbox(), 'setMyCommands', {
    ...params,
    commands: JSON.stringify(params.commands),
  });
  expect([status, description]).toEqual([400, `Bad Request: ${reason}`]);
});
