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

export const setMyCommands: Method = ({ core, params }) => {
  core.menus.set(params);
  return true;
};

export const getMyCommands: Method = ({ core, params }) => core.menus.get(params);

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
