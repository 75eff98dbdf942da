const WIDTH = 120;

/** A paragraph in lines of 120 characters, each of which begins with the prefix. */
export function wrap(text: string, prefix = ''): string {
  const lines = [''];
  for (const word of text.split(' ')) {
    const line = lines.at(-1) ?? '';
    if (line !== '' && prefix.length + line.length + 1 + word.length > WIDTH) lines.push(word);
    else lines[lines.length - 1] = line === '' ? word : `${line} ${word}`;
  }
  return lines.map((line) => prefix + line).join('\n');
}
