import { loadSettings } from './src/config/settings.js';
import { createDataSource } from './src/app/data-source.js';

/** For TypeORM's own command line: `npx typeorm migration:show -d dist/ormconfig.js`, with DATABASE_URL set. */
export default createDataSource({ url: loadSettings().databaseUrl ?? 'postgres://127.0.0.1:5432/pollcast' });
