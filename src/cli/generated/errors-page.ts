import { FAILURES } from '../../campaigns/ending.js';
import { DELIVERY_REASONS } from '../../delivery/reasons.js';
import { ERRORS } from '../../kernel/error-codes.js';

function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [heads, heads.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`);
  return `${lines.join('\n')}\n`;
}

const code = (name: string) => `\`${name}\``;

/** docs/errors.md, from the lists of codes. */
export function errorsPage(): string {
  const errors = Object.entries(ERRORS).map(([name, when]) => [code(name), when]);
  const failures = Object.entries(FAILURES).map(([name, { meaning }]) => [code(name), meaning]);
  const reasons = Object.entries(DELIVERY_REASONS).map(([name, { publicName, status, meaning }]) => [
    code(publicName ?? name),
    status,
    meaning,
  ]);
  return `# Errors

Written by \`npm run generate\` from the lists in the code; \`npm run generate -- --check\` compares the two.

## Errors of a request

In \`errors[].extensions.code\`, over HTTP and WebSocket alike. The message says what would be right.

${table(['Code', 'When'], errors)}
Errors that a user can correct are returned as \`userErrors\` of a mutation instead, with a \`UserErrorCode\` of the schema.

## Failures of a campaign

In \`NotificationCampaign.failure.code\`: why it is FAILED, or was PAUSED by the system.

${table(['Code', 'What stopped it'], failures)}
## Reasons of a delivery

In \`Delivery.reason\`; a retry keeps it until there is a new result.

${table(['Reason', 'Status', 'What happened'], reasons)}`;
}
