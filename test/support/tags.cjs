const { readFileSync } = require('node:fs');

/** Whether the first comment of a test file has the tag, such as "jobs". */
exports.hasTag = (path, tag) =>
  new RegExp(`^/\\*\\*(?:(?!\\*/)[^])*@${tag}\\b`).test(readFileSync(path, 'utf8'));
