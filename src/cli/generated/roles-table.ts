import type { ApiGroup, RestrictedField } from '../../app/api-reference.js';
import { Role } from '../../access/identity.js';

const COLUMNS = [Role.VIEWER, Role.OPERATOR, Role.ADMIN];

const INTRODUCTION = `Who may call what. Fields are listed where not everybody gets them who may call the operation; \`people\` means: not
with \`VIEWER_SEES_PEOPLE=false\`. Then names are null, \`telegramId\` is "hidden", ids of people and cursors are encrypted, samples
are written to nobody, and searches, the order by name and \`node\` of people are FORBIDDEN. \`node\` and \`nodes\` find entries of
the audit log and tokens for ADMIN only.
`;

interface Row {
  name: string;
  roles: readonly Role[];
  isPersonal?: boolean;
}

function row({ name, roles, isPersonal = false }: Row): string {
  const cells = COLUMNS.map((role) => {
    if (!roles.includes(role)) return '';
    return isPersonal && role === Role.VIEWER ? 'people' : 'yes';
  });
  return `| \`${name}\` | ${cells.join(' | ')} |`;
}

/** Every operation by role, and the fields that not everybody gets. */
export function rolesTable(groups: readonly ApiGroup[], fields: readonly RestrictedField[]): string {
  const operations = groups.flatMap((group) =>
    group.operations.map(({ field, roles, isPersonal }) => ({ name: field.name, roles, isPersonal })),
  );
  const rows = [...operations, ...fields].map(row);
  const head = `| Operation or field | ${COLUMNS.join(' | ')} |\n| --- | --- | --- | --- |`;
  return `## Roles\n\n${INTRODUCTION}\n${head}\n${rows.join('\n')}\n`;
}
