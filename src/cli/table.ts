/** Writes lines in columns as wide as they need to be. */
export function writeTable(lines: readonly (readonly string[])[], output: Console): void {
  const widthOf = (column: number) => Math.max(...lines.map((line) => Array.from(line[column] ?? '').length));
  for (const line of lines) {
    output.log(
      line
        .map((cell, column) => cell + ' '.repeat(widthOf(column) - Array.from(cell).length))
        .join('  ')
        .trimEnd(),
    );
  }
}
