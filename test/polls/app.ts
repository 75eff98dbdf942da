import { useApp } from '../support/use-app.js';

/** One for all cases of a suite. */
export const app = useApp();
