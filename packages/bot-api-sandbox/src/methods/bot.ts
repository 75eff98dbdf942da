import { badRequest } from '../api-error.js';
import { flagParam, stringParam } from '../params.js';
import type { Method } from './method.js';

const MAX_ANSWER_CHARACTERS = 200;

export const getMe: Method = ({ core }) => ({
  ...core.bot,
  can_join_groups: true,
  can_read_all_group_messages: false,
  supports_inline_queries: false,
});

/** Bots set their menu at the start; there is nothing in the sandbox that would show it. */
export const setMyCommands: Method = () => true;

export const answerCallbackQuery: Method = ({ core, params }) => {
  const text = stringParam(params, 'text');
  if (text !== undefined && text.length > MAX_ANSWER_CHARACTERS) throw badRequest('MESSAGE_TOO_LONG');
  core.users.queries.answer(stringParam(params, 'callback_query_id') ?? '', {
    text,
    showAlert: flagParam(params, 'show_alert'),
    url: stringParam(params, 'url'),
  });
  return true;
};
