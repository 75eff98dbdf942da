import type { Costs, CostlyField } from '../../app/cost-reference.js';

function explain({ countUnless }: CostlyField): string {
  if (!countUnless) return 'each time';
  const others = countUnless.map((name) => ` other than \`${name}\``).join('');
  return `for \`totalCount\` with a filter${others}`;
}

/** What operations may cost, and the fields that cost more than others. */
export function costTable({ operation, subscription, fields }: Costs): string {
  const rows = fields.map((field) => `| \`${field.name}\` | ${field.cost} | ${explain(field)} |`);
  return `## Cost

An operation may cost ${operation.toLocaleString('en')}, a subscription ${subscription} for each event and without lists and counts. A field costs 1 and what
it selects; a list multiplies that by the length of its page, or by 10 where it has no pages. These read very many rows and
cost more:

| Field | Adds | When |
| --- | --- | --- |
${rows.join('\n')}
`;
}
