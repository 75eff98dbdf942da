/** The parts of Telegram's Update that the bot understands. */
export interface BotUpdate {
  update_id: number;
  message?: {
    chat: { id: number; type: string };
    from?: { id: number; username?: string; first_name?: string; last_name?: string; language_code?: string };
    text?: string;
  };
}
