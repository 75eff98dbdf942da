/** A button of an inline keyboard. */
export interface Button {
  text: string;
  callback_data: string;
}

export type Keyboard = Button[][];

/** The fields of a message with HTML and buttons. */
export function messageContent(text: string, keyboard: Keyboard = []): Record<string, unknown> {
  return {
    text,
    parse_mode: 'HTML',
    link_preview_options: { is_disabled: true },
    ...(keyboard.length > 0 && { reply_markup: { inline_keyboard: keyboard } }),
  };
}

/** Cuts a list of buttons into rows. */
export function inRows(buttons: readonly Button[], perRow: number): Keyboard {
  const rows: Keyboard = [];
  for (let start = 0; start < buttons.length; start += perRow)
    rows.push(buttons.slice(start, start + perRow));
  return rows;
}
