import { useMemo, useSyncExternalStore } from 'react';
import { Provider } from 'urql';
import { Link, Route, Switch } from 'wouter';
import { createApi, useFresh } from './api.js';
import { CampaignsPage } from './campaigns/campaigns-page.js';
import { useConnection } from './connection.js';
import { graphql } from './graphql.js';
import { useWords } from './i18n.js';
import { LanguageChoice } from './parts/language-choice.js';
import { Page } from './parts/page.js';
import { currentToken, signOut, watchToken } from './session.js';
import { SignInPage } from './sign-in-page.js';

const SHELL = graphql(`
  query Shell {
    viewer {
      name
      role
    }
    installation {
      sandbox
    }
  }
`);

export function App({ problem }: { problem: string | undefined }) {
  const token = useSyncExternalStore(watchToken, currentToken);
  return token === null ? <SignInPage problem={problem} /> : <SignedIn key={token} />;
}

function SignedIn() {
  const api = useMemo(createApi, []);
  return (
    <Provider value={api}>
      <Shell />
    </Provider>
  );
}

function Shell() {
  const { t } = useWords();
  const { live } = useConnection();
  const { data } = useFresh(SHELL, {});
  return (
    <>
      <a className="skip" href="#content">
        {t('app.skip')}
      </a>
      <header className="top">
        <Link href="/" className="brand">
          Pollcast
        </Link>
        <nav>
          <Link href="/">{t('app.campaigns')}</Link>
        </nav>
        <div className="who">
          {data && (
            <span className="quiet">
              {t('app.signedInAs', { name: data.viewer.name, role: t(`role.${data.viewer.role}`) })}
            </span>
          )}
          <LanguageChoice />
          <button
            type="button"
            onClick={() => {
              signOut({ everywhere: true });
            }}
          >
            {t('app.signOut')}
          </button>
        </div>
      </header>
      <div role="status" className={live ? 'hidden' : 'banner warning'}>
        {!live && t('app.reconnecting')}
      </div>
      {data?.installation.sandbox && <div className="banner">{t('app.sandbox')}</div>}
      <main id="content" tabIndex={-1}>
        <Switch>
          <Route path="/" component={CampaignsPage} />
          <Route>
            <Page title={t('app.notFound')}>
              <Link href="/">{t('app.toCampaigns')}</Link>
            </Page>
          </Route>
        </Switch>
      </main>
    </>
  );
}
