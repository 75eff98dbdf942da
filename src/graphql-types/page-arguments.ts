/** Options of the argument `first` with a default. */
export function first(defaultValue: number): { defaultValue: number; description: string } {
  return { defaultValue, description: 'Length of the page, 1 to 100.' };
}

/** Options of the argument `after`. */
export const AFTER = { nullable: true, description: 'The endCursor of the previous page.' };
