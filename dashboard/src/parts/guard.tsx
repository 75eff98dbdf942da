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

/** Says so where a page cannot be shown, and leaves the way to the others open. */
export class Guard extends Component<{ path: string; children: ReactNode }, { isBroken: boolean }> {
  override state = { isBroken: false };

  static getDerivedStateFromError() {
    return { isBroken: true };
  }

  override componentDidUpdate({ path }: { path: string }): void {
    if (path !== this.props.path && this.state.isBroken) this.setState({ isBroken: false });
  }

  override render(): ReactNode {
    return this.state.isBroken ? <Broken /> : this.props.children;
  }
}
