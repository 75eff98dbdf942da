import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { projectPath } from '../../src/config/paths.js';
import { runHosted } from '../support/hosted-program.js';
import { execForm, imageEnvironment, readStages, stageOf, valuesOf } from './dockerfile.js';
import { buildAsTheImage } from './production.js';

const runtime = stageOf('runtime');

describe('the image', () => {
  test('is made of the last stage, which installs nothing itself', () => {
    expect(readStages().map(({ name }) => name)).toEqual(['build', 'dependencies', 'runtime']);
    expect(valuesOf(runtime, 'RUN')).toEqual([]);
    const base = /^ARG NODE_IMAGE=(\S+)$/m.exec(readFileSync(projectPath('Dockerfile'), 'utf8'))?.[1];
    expect(base).toMatch(/^node:\d+\.\d+\.\d+-\w+-slim$/);
  });

  test('has production dependencies only, and not the embedded PostgreSQL', () => {
    const installs = valuesOf(stageOf('dependencies'), 'RUN');
    expect(installs).toEqual([expect.stringMatching(/^npm ci .*--omit=dev --omit=optional/)]);
    expect(valuesOf(runtime, 'COPY')).toContain('--from=dependencies /app/node_modules node_modules');
  });

  test('runs node itself, not as root, so that signals reach it', () => {
    expect(valuesOf(runtime, 'USER')).toEqual([expect.stringMatching(/^[1-9]\d*:[1-9]\d*$/)]);
    expect(execForm(runtime, 'ENTRYPOINT')).toEqual(['node', 'dist/main.js']);
    expect(execForm(runtime, 'CMD')).toEqual(['api']);
    expect(imageEnvironment().NODE_ENV).toBe('production');
  });

  test('takes from the host what .dockerignore lets through', () => {
    const allowed = readFileSync(projectPath('.dockerignore'), 'utf8')
      .split('\n')
      .filter((line) => line.startsWith('!'))
      .map((line) => line.slice(1));
    const copied = readStages()
      .flatMap((stage) => valuesOf(stage, 'COPY'))
      .filter((value) => !value.startsWith('--from='))
      .flatMap((value) => value.split(/\s+/).slice(0, -1));
    for (const path of copied) expect(existsSync(projectPath(path))).toBe(true);
    expect([...new Set(copied.map((path) => path.split('/')[0]))].sort()).toEqual(allowed.sort());
  });

  test('is built from nothing but what it copies', async () => {
    const built = await buildAsTheImage();
    expect(built).toEqual(expect.arrayContaining(['main.js', 'ormconfig.js', 'dashboard/index.html']));
  });

  test.each(['api', 'worker', 'bot', 'migrate'])('knows the command %s', async (command) => {
    const { code, output } = await runHosted([command, '--help'], {});
    expect(code).toBe(0);
    expect(output).toContain(`Usage: pollcast ${command}`);
  });
});
