const { hasTag } = require('./tags.cjs');

/** Jest's filter for the runs over MongoDB: of files that say @jobs the result depends on where the jobs are. */
module.exports = (paths) => ({ filtered: paths.filter((path) => hasTag(path, 'jobs')) });
