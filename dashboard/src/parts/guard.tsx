import { Component, type ReactNode } from 'react';
import { useWords } from '../i18n.js';
import { Page } from './page.js';

function Broken() {
  const { t } = useWords();
  return (
    <Page title={t('app.broken')}>
      <p role="alert">{t('app.brokenHint')}</p>
      <button
        type="button"
        onClick={() => {
          location.reload();
        }}
      >
        {t('app.loadAgain')}
      </button>
    </Page>
  );
}

interface State {
  /** Of the page that was shown last. */
  path: string;
  isBroken: boolean;
}

/** Says so where a page cannot be shown, and leaves the way to the others open. */
export class Guard extends Component<{ path: string; children: ReactNode }, State> {
  override state: State = { path: this.props.path, isBroken: false };

  static getDerivedStateFromError() {
    return { isBroken: true };
  }

  static getDerivedStateFromProps({ path }: { path: string }, state: State): State | null {
    return path === state.path ? null : { path, isBroken: false };
  }

  override render(): ReactNode {
    return this.state.isBroken ? <Broken /> : this.props.children;
  }
}
