/** A setting that cannot be used; the message is one sentence that says which one and what would be right. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';
}
