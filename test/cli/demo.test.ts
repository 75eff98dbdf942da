import { readdir, readFile } from 'node:fs/promises';
import { describe, expect } from '@jest/globals';
import { ApiClient } from '../../src/cli/api-client.js';
import { graphql } from '../../src/cli/graphql.js';
import { runCommand, waitForOutput } from '../support/process.js';
import { testInFolder, type WorkFolder } from './support.js';

/** Everything that the demo makes is to be below the temporary folder, and to be gone afterwards. */
async function expectNothingLeft(folder: WorkFolder): Promise<void> {
  expect(await readdir(folder.path)).toEqual([]);
}

describe('demo', () => {
  testInFolder('--fast runs a whole campaign, sums it up and leaves nothing behind', async (folder) => {
    const { code, output } = await runCommand(['demo', '--fast'], { TMPDIR: folder.path }, folder.path);

    expect({ code, output }).toMatchObject({ code: 0 });
    expect(output).toContain('Made 100 users; 30 completed the poll, 70 did not.');
    expect(output.match(/^Started notification campaign for 70 users in 1 chunks$/gm)).toHaveLength(1);
    const shown = [...output.matchAll(/ (\d+)\/70 \| (\d+\.\d) % \| \d+\.\d\/s \| \d+ s left/g)];
    for (const [, done, percent] of shown) expect(Number(percent)).toBeCloseTo((Number(done) * 100) / 70, 0);
    expect(output).toMatch(/ 70\/70 \| 100\.0 % \| \d+\.\d\/s \| 0 s left/);
    expect(output).toMatch(/^Campaign 1 COMPLETED after \d+ s:$/m);
    const summary = [...output.matchAll(/^ {2}([A-Za-z]+) +(\d+)$/gm)].map(([, name, count]) => [
      name,
      count,
    ]);
    expect(Object.fromEntries(summary)).toEqual({
      SENT: '70',
      FAILED: '0',
      SKIPPED: '0',
      UNCONFIRMED: '0',
      PENDING: '0',
      total: '70',
    });
    expect(output).toMatch(/^Next: npm start /m);
    await expectNothingLeft(folder);
  });

  testInFolder(
    '--people answer the reminders, and who has completed is not reminded again',
    async (folder) => {
      const argv = ['demo', '--fast', '--people', '--users', '30', '--completed', '9'];
      const { code, output } = await runCommand(argv, { TMPDIR: folder.path }, folder.path);
      expect({ code, output }).toMatchObject({ code: 0 });
      expect(output).toContain('People: 7 took the whole poll, 7 stopped in the middle, 7 did nothing.');
      expect(output).toContain('The campaign: 14 opened the poll, 7 completed it.');
      expect(output).toContain(
        'Another campaign would reach 14: who has completed the poll is not reminded again.',
      );
      await expectNothingLeft(folder);
    },
  );

  testInFolder(
    '--keep leaves the server up, with the size asked for, until it is told to end',
    async (folder) => {
      const argv = ['demo', '--fast', '--keep', '--users', '4', '--completed', '4'];
      const running = folder.start(argv, { TMPDIR: folder.path });
      const [, url = '', file = ''] = await waitForOutput(
        running,
        /Still up: (http:\/\/[^\s/]+)\/ .*\nadmin token in: (\S+)\n/,
      );
      const token = (await readFile(file, 'utf8')).trim();
      expect(running.output()).toContain('Started notification campaign for 0 users in 0 chunks');
      const { campaigns } = await new ApiClient(url, token).run(
        graphql('{ campaigns(first: 5) { nodes { status } } }'),
      );
      expect(campaigns.nodes).toEqual([{ status: 'COMPLETED' }]);

      running.kill('SIGINT');
      expect(await running.exited).toBe(0);
      await expectNothingLeft(folder);
    },
  );

  const moments = [
    ['while PostgreSQL starts', [], /Starting an embedded PostgreSQL/, 'SIGTERM', 143],
    // It takes 30 % of any number of people for done.
    [
      'in the middle of the campaign',
      ['--users', '10'],
      /^Made 10 users; 3 completed the poll, 7 did not\.[^]* \d+\/7 \| /m,
      'SIGINT',
      130,
    ],
  ] as const;
  for (const [when, options, output, signal, code] of moments) {
    testInFolder(`ended by a signal ${when} leaves nothing behind`, async (folder) => {
      const running = folder.start(['demo', ...options], { TMPDIR: folder.path });
      await waitForOutput(running, output);

      running.kill(signal);
      expect(await running.exited).toBe(code);
      const lines = running.output().trim().split('\n');
      const [said, ...warnings] = lines.slice(lines.indexOf('Stopping ...'));
      expect(said).toBe('Stopping ...');
      // On a busy machine a job may be caught in the middle of a statement.
      for (const line of warnings) expect(line).toMatch(/^Warning: /);
      await expectNothingLeft(folder);
    });
  }
});
