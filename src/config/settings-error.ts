/** An invalid setting. The message is one sentence that names it and says what would be valid. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';
}
