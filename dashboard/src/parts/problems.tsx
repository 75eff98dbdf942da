import type { Refusal } from './action.js';

/** Errors of an input, by the path below it, such as "translations.0.buttonText". */
export interface Problems {
  at: (path: string) => readonly string[];
  /** How many there are at a path and below it. */
  count: (paths: readonly string[]) => number;
  /** Those that belong to none of the paths. */
  others: (paths: readonly string[]) => readonly Refusal[];
}

function pathOf({ field }: Refusal): string {
  return field?.[0] === 'input' ? field.slice(1).join('.') : '';
}

function isBelow(path: string, above: string): boolean {
  return path === above || path.startsWith(`${above}.`);
}

export function problemsIn(refusals: readonly Refusal[]): Problems {
  const found = refusals.map((refusal) => ({ path: pathOf(refusal), refusal }));
  const among = (path: string, paths: readonly string[]) => paths.some((above) => isBelow(path, above));
  return {
    at: (path) => [...new Set(found.filter((one) => one.path === path).map((one) => one.refusal.message))],
    count: (paths) =>
      new Set(found.filter((one) => among(one.path, paths)).map((one) => one.path + one.refusal.message))
        .size,
    others: (paths) => found.filter((one) => !among(one.path, paths)).map((one) => one.refusal),
  };
}

/** Ties a field to what is wrong with it. @param id of its FieldProblems */
export function describedBy(id: string, messages: readonly string[]) {
  return {
    'aria-describedby': messages.length > 0 ? id : undefined,
    'aria-invalid': messages.length > 0 ? true : undefined,
  };
}

/** What is wrong with a field, below it. */
export function FieldProblems({ id, messages }: { id: string; messages: readonly string[] }) {
  return (
    <div id={id} className="field-problems problem" aria-live="polite">
      {messages.map((message) => (
        <p key={message}>{message}</p>
      ))}
    </div>
  );
}
