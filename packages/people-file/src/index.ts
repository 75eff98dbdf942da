export { checkPerson, type PersonProblem } from './check.js';
export { FileProblem, readLines, type Line, type LineProblem, type ReadOptions } from './lines.js';
export { ID_COLUMNS, PEOPLE_COLUMNS, readPerson, type Person } from './person.js';
