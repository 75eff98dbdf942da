/** A command cannot do what was asked for; the message says why and what would help. */
export class CommandFailure extends Error {
  override readonly name = 'CommandFailure';
}
