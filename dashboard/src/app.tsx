import { Suspense, useMemo, useRef, useSyncExternalStore } from 'react';
import { Provider } from 'urql';
import { Link, useLocation } from 'wouter';
import { createApi, useFresh } from './api.js';
import { useConnection } from './connection.js';
import { graphql } from './graphql.js';
import { useWords } from './i18n.js';
import { useArrival } from './parts/arrival.js';
import { Guard } from './parts/guard.js';
import { LanguageChoice } from './parts/language-choice.js';
import { Notices } from './parts/notices.js';
import { Pages } from './pages.js';
import { currentToken, signOut, watchToken, type SignInProblem } from './session.js';
import { SignInPage } from './sign-in-page.js';
import { ViewerContext } from './viewer.js';

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

const PARTS = [
  { href: '/', label: 'app.campaigns', pattern: /^\/($|campaigns)/ },
  { href: '/polls', label: 'polls.title', pattern: /^\/polls/ },
  { href: '/people', label: 'people.title', pattern: /^\/people/ },
  { href: '/installation', label: 'installation.title', pattern: /^\/installation/ },
] as const;

export function App({ problem }: { problem: SignInProblem | undefined }) {
  const token = useSyncExternalStore(watchToken, currentToken);
  return token === null ? <SignInPage problem={problem} /> : <SignedIn key={token} />;
}

function SignedIn() {
  const api = useMemo(() => createApi(), []);
  return (
    <Provider value={api}>
      <Shell />
    </Provider>
  );
}

function Navigation() {
  const { t } = useWords();
  const [path] = useLocation();
  return (
    <nav aria-label={t('app.parts')}>
      {PARTS.map(({ href, label, pattern }) => (
        <Link key={href} href={href} aria-current={pattern.test(path) ? 'page' : undefined}>
          {t(label)}
        </Link>
      ))}
    </nav>
  );
}

function Shell() {
  const { t } = useWords();
  const { live } = useConnection();
  const { data } = useFresh(SHELL, {});
  const main = useRef<HTMLElement>(null);
  const path = useArrival(main);
  return (
    <ViewerContext value={data?.viewer}>
      <a className="skip" href="#content">
        {t('app.skip')}
      </a>
      <header className="top">
        <Link href="/" className="brand">
          Pollcast
        </Link>
        <Navigation />
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
      <Notices>
        <main ref={main} id="content" tabIndex={-1}>
          <Guard path={path}>
            <Suspense fallback={<p aria-busy>{t('app.loading')}</p>}>
              <Pages />
            </Suspense>
          </Guard>
        </main>
      </Notices>
    </ViewerContext>
  );
}
