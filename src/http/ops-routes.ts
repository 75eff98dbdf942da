import type { FastifyInstance } from 'fastify';

/** Health and metrics of a process. */
export interface Ops {
  readiness: { report(): Promise<{ status: string; checks: Record<string, string> }> };
  metrics: { readonly contentType: string; render(): Promise<string> };
}

/** Endpoints for supervisors, load balancers and Prometheus. They need no token. */
export function addOpsRoutes(app: FastifyInstance, { readiness, metrics }: Ops): void {
  app.get('/healthz', () => ({ status: 'ok' }));
  app.get('/readyz', async (_request, reply) => {
    const report = await readiness.report();
    return reply
      .code(report.status === 'ready' ? 200 : 503)
      .header('cache-control', 'no-store')
      .send(report);
  });
  app.get('/metrics', async (_request, reply) =>
    reply.type(metrics.contentType).send(await metrics.render()),
  );
}
