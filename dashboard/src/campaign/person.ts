interface Named {
  firstName: string | null;
  lastName: string | null;
}

/** @returns null for somebody without a name, or whose name is hidden */
export function personName({ firstName, lastName }: Named): string | null {
  const name = [firstName, lastName].filter((part) => part !== null).join(' ');
  return name === '' ? null : name;
}
