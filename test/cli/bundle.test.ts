import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { projectPath } from '../../src/config/paths.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { runCommand } from '../support/process.js';

const run = promisify(execFile);
let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

describe('the bundle', () => {
  test('names the sources in stack traces', async () => {
    const environment = { DATABASE_URL: database.url, LOG_LEVEL: 'debug' };
    const { code, output } = await runCommand(['token', 'revoke', 'nobody'], environment);
    expect(code).toBe(1);
    expect(output).toMatch(/ at .*\/src\/cli\/token\.ts:\d+:\d+\)/);
  });

  test('leaves the entities and migrations to the command line of TypeORM', async () => {
    const typeorm = projectPath('node_modules', 'typeorm', 'cli.js');
    const command = ['migration:show', '-d', projectPath('dist', 'ormconfig.js')];
    const env = { ...process.env, DATABASE_URL: database.url };
    const { stdout } = await run(process.execPath, [typeorm, ...command], { env });
    expect(stdout).toMatch(/\[X\] \d+ InitialSchema1790000000000/);
    expect(stdout).not.toContain('[ ]');
  });
});
