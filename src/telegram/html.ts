import { isolate } from '../kernel/isolate.js';

/** Escapes a text for Telegram's HTML. */
export function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** A text that somebody else wrote, within one of ours: it changes neither the markup nor the direction around it. */
export function quoted(text: string): string {
  return escapeHtml(isolate(text));
}
