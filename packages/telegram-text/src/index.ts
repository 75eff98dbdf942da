export { inOrder } from './entity.js';
export type { ParsedText, TextEntity } from './entity.js';
export { characterCount, MAX_MESSAGE_CHARACTERS } from './length.js';
export { MarkupError } from './markup-error.js';
export type { MarkupProblem } from './markup-error.js';
export { parseTelegramHtml, TELEGRAM_TAGS } from './telegram-html.js';
