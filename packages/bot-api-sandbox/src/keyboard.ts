import { badRequest } from './api-error.js';
import { isParams, jsonParam } from './params.js';
import type { Params } from './params.js';
import type { InlineButton, InlineKeyboard } from './types.js';

const MAX_CALLBACK_BYTES = 64;
const MAX_BUTTONS = 100;

/**
 * Reads `reply_markup` and checks an inline keyboard as Telegram does. Other kinds of markup pass
 * unchecked, and are not kept.
 * @throws ApiError 400: BUTTON_DATA_INVALID, BUTTON_URL_INVALID, a button without text ...
 */
export function readKeyboard(params: Params): InlineKeyboard | undefined {
  const markup = jsonParam(params, 'reply_markup');
  if (markup === undefined || markup === null) return undefined;
  if (!isParams(markup)) throw badRequest('object expected as reply markup');
  const rows = markup.inline_keyboard;
  if (rows === undefined) return undefined;
  if (!Array.isArray(rows))
    throw badRequest('field "inline_keyboard" of the InlineKeyboardMarkup must be an Array');
  const keyboard = rows.map(readRow).filter((row) => row.length > 0);
  const buttons = keyboard.reduce((count, row) => count + row.length, 0);
  if (buttons > MAX_BUTTONS) throw badRequest('reply markup is too long');
  return buttons === 0 ? undefined : { inline_keyboard: keyboard };
}

function readRow(row: unknown): InlineButton[] {
  if (!Array.isArray(row))
    throw badRequest("can't parse inline keyboard: inline keyboard row must be an Array");
  return row.map(readButton);
}

function readButton(button: unknown): InlineButton {
  if (!isParams(button)) throw badRequest("can't parse inline keyboard button: must be an Object");
  const { text, url, callback_data: data } = button;
  if (typeof text !== 'string' || text.trim() === '') {
    throw badRequest('can\'t parse inline keyboard button: Can\'t find field "text"');
  }
  if (url !== undefined) {
    if (typeof url !== 'string' || !isButtonUrl(url)) throw badRequest('BUTTON_URL_INVALID');
    return { text, url };
  }
  if (data !== undefined) {
    if (typeof data !== 'string' || !isCallbackData(data)) throw badRequest('BUTTON_DATA_INVALID');
    return { text, callback_data: data };
  }
  // Web apps, games, log-in buttons ...: Telegram has them, the sandbox gives them no meaning.
  if (Object.keys(button).length > 1) return { text };
  throw badRequest("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard");
}

function isCallbackData(data: string): boolean {
  return data !== '' && data.length <= MAX_CALLBACK_BYTES && Buffer.byteLength(data) <= MAX_CALLBACK_BYTES;
}

function isButtonUrl(url: string): boolean {
  const withScheme = /^[a-z][a-z\d+.-]*:/i.test(url) ? url : `http://${url}`;
  if (/\s/.test(url) || !URL.canParse(withScheme)) return false;
  const { protocol, hostname } = new URL(withScheme);
  if (protocol === 'tg:') return true;
  // Telegram takes no host names without a dot, localhost included.
  return (protocol === 'http:' || protocol === 'https:') && /[^.]\.[^.]/.test(hostname);
}
