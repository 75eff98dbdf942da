import { useApp } from '../support/use-app.js';

/** One for all cases of a suite. Some look for statements in its log. */
export const app = useApp({ environment: { LOG_LEVEL: 'trace' } });
