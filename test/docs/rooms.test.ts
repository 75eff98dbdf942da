import { access, readdir, readFile } from 'node:fs/promises';
import { expect, test } from '@jest/globals';
import { projectPath } from '../../src/config/paths.js';

type Rooms = Record<string, { is: string; knows: string[] }>;

/** The table from which the dependency check derives the arrows that it allows. */
async function readRooms(): Promise<Rooms> {
  return JSON.parse(await readFile(projectPath('src', 'rooms.json'), 'utf8')) as Rooms;
}

test('the table lists every folder of src', async () => {
  const entries = await readdir(projectPath('src'), { withFileTypes: true });
  const folders = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  expect(Object.keys(await readRooms()).sort()).toEqual(folders.sort());
});

test('every room knows rooms above it only, so that there is no circle', async () => {
  const above: string[] = [];
  for (const [name, { knows }] of Object.entries(await readRooms())) {
    const rooms = knows.map((other) => other.split('/')[0]);
    expect({ name, unknown: rooms.filter((room) => !above.includes(room ?? '')) }).toEqual({
      name,
      unknown: [],
    });
    above.push(name);
  }
});

test('ARCHITECTURE.md says of every room what the table says, in the same order', async () => {
  const text = await readFile(projectPath('ARCHITECTURE.md'), 'utf8');
  const tree = text.split('```')[1]?.replace(/\s+/g, ' ') ?? '';
  const places = Object.entries(await readRooms()).map(([name, { is }]) => tree.indexOf(` ${name}/ ${is}`));
  expect(places).not.toContain(-1);
  expect(places).toEqual([...places].sort((a, b) => a - b));
});

test('the way of a campaign goes through at most twenty files, which exist', async () => {
  const text = await readFile(projectPath('ARCHITECTURE.md'), 'utf8');
  const files = [...text.matchAll(/^\| \d+ \| ([\w./-]+\.ts) \|/gm)].map(([, file]) => file ?? '');
  expect(files.length).toBeGreaterThan(0);
  expect(files.length).toBeLessThanOrEqual(20);
  for (const file of files) await access(projectPath('src', file));
});
