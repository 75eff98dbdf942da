import { writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import { VerboseReporter } from '@jest/reporters';

const SHOWN = 10;
const SLOW_MS = 1000;

/**
 * What Jest prints, but of files that pass a line each: their console is of interest only where tests were skipped.
 * At the end it says which files and tests took the time.
 */
export default class Reporter extends VerboseReporter {
  printTestFileHeader(path, config, result) {
    const isPlain = result.numFailingTests === 0 && !result.testExecError && result.numPendingTests === 0;
    super.printTestFileHeader(path, config, isPlain ? { ...result, console: undefined } : result);
  }

  onRunComplete(contexts, { testResults }) {
    super.onRunComplete();
    if (process.env.FAILED_FILES) recordFailures(process.env.FAILED_FILES, testResults);
    if (testResults.length < 2) return;
    const files = testResults.map(({ testFilePath, perfStats }) => [nameOf(testFilePath), perfStats.runtime]);
    const tests = testResults.flatMap(({ testFilePath, testResults: cases }) =>
      cases.map(({ fullName, duration }) => [`${nameOf(testFilePath)}: ${fullName}`, duration]),
    );
    this.showSlowest('files', files);
    this.showSlowest('tests', tests);
  }

  showSlowest(what, timed) {
    const slow = timed.filter(([, ms]) => ms >= SLOW_MS).sort(([, a], [, b]) => b - a);
    if (slow.length === 0) return;
    const lines = slow
      .slice(0, SHOWN)
      .map(([name, ms]) => `${(ms / 1000).toFixed(1).padStart(7)} s  ${name}`);
    this.log(`\nThe slowest ${what}:\n${lines.join('\n')}`);
  }
}

/** For .ci/suite: the files that failed, a line each. */
function recordFailures(path, testResults) {
  const failed = testResults.filter(
    ({ numFailingTests, testExecError }) => numFailingTests > 0 || testExecError,
  );
  writeFileSync(path, failed.map(({ testFilePath }) => `${nameOf(testFilePath)}\n`).join(''));
}

function nameOf(path) {
  return relative(process.cwd(), path);
}
