import { useApp } from '../support/use-app.js';

/** For cases in which nothing may be sent. */
export const app = useApp({ run: ['api'] });
