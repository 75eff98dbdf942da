const { readFileSync } = require('node:fs');

/** @jobs in the first comment of a test file: what it tests depends on where the jobs are. */
const TAG = /^\/\*\*(?:(?!\*\/)[^])*@jobs\b/;

/** Jest's filter for the runs over MongoDB. */
module.exports = (paths) => ({ filtered: paths.filter((path) => TAG.test(readFileSync(path, 'utf8'))) });
