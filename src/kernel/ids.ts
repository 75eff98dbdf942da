const MAX_ID = 2n ** 63n - 1n;

/** Whether a GraphQL ID can be the key of a row: a positive whole number that fits 64 bits. */
export function isRowId(id: string): boolean {
  return /^[1-9]\d{0,18}$/.test(id) && BigInt(id) <= MAX_ID;
}
