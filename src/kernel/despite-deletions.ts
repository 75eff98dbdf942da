/** SQLSTATE of a foreign key that is violated. */
const FOREIGN_KEY_VIOLATION = '23503';
/** Each time something else would have to be deleted in the moment between the check and the change. */
const TRIES = 5;

/** Whether a statement failed since a row that it refers to is gone. */
export function refersToDeleted(error: unknown): boolean {
  return (error as { code?: unknown }).code === FOREIGN_KEY_VIOLATION;
}

/** Repeats work whose checks were overtaken by a deletion: the checks of the next time see it, and say what is missing. */
export async function despiteDeletions<T>(work: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await work();
    } catch (error) {
      if (tries === TRIES || !refersToDeleted(error)) throw error;
    }
  }
}
