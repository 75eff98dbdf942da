interface Named {
  firstName: string | null;
  lastName: string | null;
  username: string | null;
  telegramId: string;
}

/** What people call somebody; or the Telegram id, of which there is always one. */
export function personName({ firstName, lastName, username, telegramId }: Named): string {
  const name = [firstName, lastName].filter(Boolean).join(' ');
  return name || (username === null ? telegramId : `@${username}`);
}
