/** White space, characters that are not displayed, and the empty braille cell. */
const INVISIBLE = /[\p{White_Space}\p{Default_Ignorable_Code_Point}\p{Cc}\p{Cf}\u2800]/gu;

/** A character that is displayed. */
export const VISIBLE = /[^\p{White_Space}\p{Default_Ignorable_Code_Point}\p{Cc}\p{Cf}\u2800]/u;

/** Whether a text is invisible, such as a name of spaces or fillers. */
export function isBlank(text: string): boolean {
  return text.replace(INVISIBLE, '') === '';
}
