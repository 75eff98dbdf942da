/** What Telegram's HTML parser does not accept; `tag` and `found` are names of tags in lower case. */
export type MarkupProblem =
  | { kind: 'unclosedStartTag' }
  | { kind: 'unclosedEndTag' }
  | { kind: 'unexpectedEndTag' }
  | { kind: 'unsupportedTag'; tag: string }
  | { kind: 'unmatchedEndTag'; tag: string; found: string }
  | { kind: 'missingEndTag'; tag: string }
  | { kind: 'emptyAttributeName'; tag: string }
  | { kind: 'unquotedValue' }
  | { kind: 'plainSpan' }
  | { kind: 'badEmojiId' }
  | { kind: 'badTime' };

export class MarkupError extends Error {
  override readonly name = 'MarkupError';

  /** @param position where in the source it is, in UTF-16 units */
  constructor(
    readonly problem: MarkupProblem,
    readonly position: number,
  ) {
    super(problem.kind);
  }
}
