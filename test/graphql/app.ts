import { useApp } from '../support/use-app.js';

/** One for all cases of the folder. */
export const app = useApp({ run: ['api'] });
