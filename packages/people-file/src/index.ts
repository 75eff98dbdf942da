export { checkPerson, type PersonProblem } from './check.js';
export { CallRefused, importLines, type ItemError, type Kind } from './import-lines.js';
export {
  FileProblem,
  readLines,
  type FileProblemCode,
  type Line,
  type LineProblem,
  type ReadOptions,
} from './lines.js';
export { ID_COLUMNS, PEOPLE_COLUMNS, readPerson, writeGroups, type Person } from './person.js';
