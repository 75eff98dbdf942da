import { SETTING_SECTIONS, toVariable, type Setting } from '../../config/setting-table.js';
import { wrap } from './wrap.js';

const WRITTEN = 'Written by "npm run generate" from src/config/setting-table.ts.';

function exampleOf(name: string, { meaning, accepts, fallback, secret }: Setting): string {
  const variable = toVariable(name);
  const comments = [meaning, `Accepted: ${accepts}`, ...(secret ? [`From a file: ${variable}_FILE`] : [])];
  return `${comments.map((comment) => wrap(comment, '# ')).join('\n')}\n${variable}=${fallback}\n`;
}

/** .env.example: every setting with its default. */
export function envExample(): string {
  const sections = SETTING_SECTIONS.map(({ title, settings }) => {
    const examples = Object.entries(settings).map(([name, setting]) => exampleOf(name, setting));
    return `\n## ${title}\n\n${examples.join('')}`;
  });
  const introduction = `${WRITTEN} All settings are optional: copy this file to .env and change what you need. An empty value counts as not set.`;
  return `${wrap(introduction, '# ')}\n${sections.join('')}`;
}

function rowOf(name: string, { meaning, accepts, fallback, secret }: Setting): string {
  const variable = toVariable(name);
  const names = secret ? `\`${variable}\`, \`${variable}_FILE\`` : `\`${variable}\``;
  const cells = [names, fallback === '' ? '' : `\`${fallback}\``, accepts, meaning];
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}

/** docs/settings.md: the same as a reference. */
export function settingsPage(): string {
  const sections = SETTING_SECTIONS.map(({ title, settings }) => {
    const rows = Object.entries(settings).map(([name, setting]) => rowOf(name, setting));
    return `## ${title}\n\n| Setting | Default | Accepted | Meaning |\n| --- | --- | --- | --- |\n${rows.join('\n')}\n`;
  });
  return `# Settings

${wrap(`${WRITTEN} \`npm run generate -- --check\` compares the two.`)}

Settings come from the environment and from a file \`.env\` in the working directory. All are optional outside of
production, and an empty value counts as not set. [.env.example](../.env.example) is a file to copy. Names that end with
\`_MS\` are in milliseconds.

A wrong value ends the start with one sentence and exit code 2. A name that is nearly that of a setting is warned about.

A secret may come from a file instead, which \`NAME_FILE\` names. White space around it does not count.

${sections.join('\n')}`;
}
