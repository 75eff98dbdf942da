// Runs the demo and draws what it prints as docs/pictures/demo.svg:  node docs/pictures/draw-demo.mjs
import { spawn } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

const CHARACTER = { width: 8.43, height: 20 };
const PADDING = 20;
const COLUMNS = 92;
const COLOURS = { ground: '#16181d', text: '#d7dae0', prompt: '#7fd88f', dim: '#9aa0ab' };

/** @returns what the demo prints, the progress bar as it stands at the end */
async function runDemo() {
  const cwd = fileURLToPath(new URL('../..', import.meta.url));
  const child = spawn('npm', ['run', '--silent', 'demo'], { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
  const printed = { stdout: '', stderr: '' };
  for (const pipe of ['stdout', 'stderr']) child[pipe].on('data', (data) => (printed[pipe] += data));
  const code = await new Promise((resolve) => child.once('close', resolve));
  if (code !== 0) throw new Error(printed.stderr);
  const bar = printed.stderr.split(/[\r\n]+/).findLast((line) => line.includes('70/70'));
  const lines = printed.stdout.trimEnd().split('\n');
  lines.splice(
    lines.findIndex((line) => line.includes('COMPLETED')),
    0,
    bar,
  );
  return lines;
}

const escape = (text) => text.replace(/[&<>]/g, (character) => `&#${character.charCodeAt(0)};`);

function draw(lines) {
  const width = Math.round(2 * PADDING + COLUMNS * CHARACTER.width);
  const height = 2 * PADDING + (lines.length + 1) * CHARACTER.height;
  const texts = lines.map(({ text, colour }, index) => {
    const y = PADDING + (index + 1) * CHARACTER.height;
    return `  <text x="${PADDING}" y="${y}" fill="${colour}" xml:space="preserve">${escape(text)}</text>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}"
  font-family="ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="14" role="img">
  <title>npm run demo in a terminal</title>
  <rect width="100%" height="100%" rx="8" fill="${COLOURS.ground}" />
${texts.join('\n')}
</svg>
`;
}

const printed = await runDemo();
const lines = [
  { text: '$ npm ci && npm run demo', colour: COLOURS.prompt },
  ...printed.map((text) => ({ text, colour: text.startsWith('  ') ? COLOURS.dim : COLOURS.text })),
];
await writeFile(new URL('demo.svg', import.meta.url), draw(lines));
