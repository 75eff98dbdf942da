import { useBrowser } from '../support/dashboard.js';
import { useApp } from '../support/use-app.js';

/** One app and one browser for all cases of a suite. */
export const app = useApp();
export const browser = useBrowser();
