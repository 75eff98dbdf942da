import { useContext } from 'react';
import { useFresh } from '../api.js';
import { useWords } from '../i18n.js';
import { ConfirmButton, useAction } from '../parts/action.js';
import { Answer } from '../parts/answer.js';
import { Moment } from '../parts/moment.js';
import { useNotify } from '../parts/notices.js';
import { Page } from '../parts/page.js';
import { Table, type Column } from '../parts/table.js';
import { useMay, ViewerContext } from '../viewer.js';
import { CreateToken } from './create-token.js';
import { InstallationNav } from './installation-nav.js';
import { REVOKE_TOKEN, TOKENS, type TokenRow } from './queries.js';

function isOver({ revokedAt, expiresAt }: TokenRow): boolean {
  return revokedAt !== null || (expiresAt !== null && Date.parse(expiresAt) <= Date.now());
}

function State({ of: token }: { of: TokenRow }) {
  const { t } = useWords();
  if (token.revokedAt !== null)
    return (
      <>
        {t('tokens.revoked')} <Moment at={token.revokedAt} />
      </>
    );
  if (token.expiresAt === null) return <span className="status DONE">{t('tokens.valid')}</span>;
  return (
    <>
      {t(isOver(token) ? 'tokens.expired' : 'tokens.validUntil')} <Moment at={token.expiresAt} />
    </>
  );
}

function Revoke({ token, isOffered, onDone }: { token: TokenRow; isOffered: boolean; onDone: () => void }) {
  const { t } = useWords();
  const notify = useNotify();
  const viewer = useContext(ViewerContext);
  const action = useAction(REVOKE_TOKEN);
  return (
    <ConfirmButton
      isOffered={isOffered}
      label={t('tokens.revoke')}
      title={t('tokens.revokeTitle', { name: token.name })}
      danger
      action={action}
      run={async () => {
        const done = await action.run({ id: token.id });
        if (!done) return undefined;
        notify(t('tokens.wasRevoked', { name: token.name }));
        onDone();
        return done;
      }}
    >
      <p>{t('tokens.revokeMeans')}</p>
      {viewer?.name === token.name && <p className="warnings">{t('tokens.isYours')}</p>}
    </ConfirmButton>
  );
}

/** Who may use the API, and what with. */
export function TokensPage() {
  const { t } = useWords();
  const may = useMay();
  const tokens = useFresh(TOKENS, {});
  const columns: Column<TokenRow>[] = [
    { label: t('tokens.name'), cell: ({ name }) => <b>{name}</b> },
    { label: t('tokens.role'), cell: ({ role }) => t(`role.${role}`) },
    { label: t('list.status'), cell: (token) => <State of={token} /> },
    { label: t('tokens.lastUsed'), cell: ({ lastUsedAt }) => <Moment at={lastUsedAt} /> },
    { label: t('list.created'), cell: ({ createdAt }) => <Moment at={createdAt} /> },
    {
      label: t('tokens.revoke'),
      cell: (token) => (
        <>
          {isOver(token) && t('app.unknown')}
          <Revoke token={token} isOffered={!isOver(token)} onDone={tokens.refetch} />
        </>
      ),
    },
  ];
  return (
    <Page title={t('tokens.title')} beside={may('ADMIN') && <CreateToken onDone={tokens.refetch} />}>
      <InstallationNav />
      <Answer of={tokens}>
        {({ apiTokens }) =>
          apiTokens.length === 0 ? (
            <div className="empty">
              <p>{t('tokens.empty')}</p>
              <p className="quiet">{t('tokens.emptyHint')}</p>
            </div>
          ) : (
            <Table label={t('tokens.title')} columns={columns} rows={apiTokens} keyOf={({ id }) => id} />
          )
        }
      </Answer>
    </Page>
  );
}
