import { Counter, Histogram, type Registry } from 'prom-client';
import { OTHER_FIELDS, type OperationReport } from '../graphql/operation-report.js';

/** The code of an operation without errors. */
const NO_ERROR = 'OK';

/** Measures GraphQL operations by root field, since clients could invent any number of operation names. */
export class OperationMetrics {
  private readonly duration: Histogram<'field' | 'code'>;
  private readonly errors: Counter<'field' | 'code'>;

  /** @param rootFields of the schema */
  constructor(registry: Registry, rootFields: readonly string[]) {
    const registers = [registry];
    this.duration = new Histogram({
      name: 'pollcast_graphql_duration_seconds',
      help: 'Time from a GraphQL operation to its result, by root field and first error code or OK; of a subscription until it is set up.',
      labelNames: ['field', 'code'],
      buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
      registers,
    });
    this.errors = new Counter({
      name: 'pollcast_graphql_errors_total',
      help: 'Errors of GraphQL operations, by root field and code.',
      labelNames: ['field', 'code'],
      registers,
    });
    for (const field of [...rootFields, ...OTHER_FIELDS]) {
      this.duration.zero({ field, code: NO_ERROR });
      this.errors.inc({ field, code: 'INTERNAL_SERVER_ERROR' }, 0);
    }
  }

  observe({ field, durationMs, errorCodes }: OperationReport): void {
    const [code = NO_ERROR] = errorCodes;
    if (durationMs !== undefined) this.duration.observe({ field, code }, durationMs / 1000);
    for (const code of errorCodes) this.errors.inc({ field, code });
  }
}
