import { badRequest, conflict } from '../api-error.js';
import type { SandboxCore } from '../core.js';
import { flagParam, integerParam, jsonParam, stringParam } from '../params.js';
import type { Params } from '../params.js';
import type { Method } from './method.js';

/** Telegram shortens longer waits. */
const MAX_TIMEOUT_SECONDS = 50;
const MAX_LIMIT = 100;

export const getUpdates: Method = ({ core, params, clientGone }) => {
  if (core.webhook.target !== undefined) {
    throw conflict(
      "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first",
    );
  }
  readAllowedUpdates(core, params);
  const seconds = Math.min(Math.max(integerParam(params, 'timeout') ?? 0, 0), MAX_TIMEOUT_SECONDS);
  const limit = Math.min(Math.max(integerParam(params, 'limit') ?? MAX_LIMIT, 1), MAX_LIMIT);
  const request = { offset: integerParam(params, 'offset') ?? 0, limit, timeoutMs: seconds * 1000 };
  return core.updates.poll(request, clientGone());
};

export const setWebhook: Method = ({ core, params }) => {
  const url = stringParam(params, 'url') ?? '';
  if (url === '') return removeWebhook(core, params);
  // Telegram wants HTTPS; a local Bot API server takes HTTP too, and so does the sandbox.
  if (!/^https?:\/\//i.test(url) || !URL.canParse(url)) {
    throw badRequest('bad webhook: An HTTPS URL must be provided for webhook');
  }
  const secretToken = stringParam(params, 'secret_token');
  if (secretToken !== undefined && !/^[\w-]{1,256}$/.test(secretToken)) {
    throw badRequest('secret token contains unallowed characters');
  }
  readAllowedUpdates(core, params);
  if (flagParam(params, 'drop_pending_updates')) core.updates.dropAll();
  core.updates.interrupt('terminated by setWebhook request');
  core.webhook.set({ url, secretToken });
  return true;
};

export const deleteWebhook: Method = ({ core, params }) => removeWebhook(core, params);

export const getWebhookInfo: Method = ({ core }) => ({
  url: core.webhook.target?.url ?? '',
  has_custom_certificate: false,
  pending_update_count: core.updates.pending.length,
  last_error_message: core.webhook.lastError,
  allowed_updates: core.updates.allowed.length > 0 ? core.updates.allowed : undefined,
});

function removeWebhook(core: SandboxCore, params: Params): true {
  core.webhook.set(undefined);
  if (flagParam(params, 'drop_pending_updates')) core.updates.dropAll();
  return true;
}

/** Stays as it was when absent; an empty list means every kind again. */
function readAllowedUpdates(core: SandboxCore, params: Params): void {
  const allowed = jsonParam(params, 'allowed_updates');
  if (Array.isArray(allowed)) core.updates.allowed = allowed.filter((kind) => typeof kind === 'string');
}
