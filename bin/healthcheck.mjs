#!/usr/bin/env node
// Health check of the image: ends with 0 when this container's process answers, on the port of the API or on
// that of a worker or a bot process.
const ports = [process.env.PORT, process.env.WORKER_PORT].filter(Boolean);

async function ask(port) {
  const { ok, status } = await fetch(`http://127.0.0.1:${port}/healthz`, {
    signal: AbortSignal.timeout(4000),
  });
  if (!ok) throw new Error(`port ${port} answers ${status}`);
}

try {
  await Promise.any(ports.map(ask));
} catch ({ errors = [] }) {
  console.error(
    errors.map((error) => error.cause?.message || error.message).join('; ') || 'Set PORT or WORKER_PORT.',
  );
  process.exit(1);
}
