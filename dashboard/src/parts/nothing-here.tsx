import { Link } from 'wouter';
import { useWords } from '../i18n.js';
import { Page } from './page.js';

export function NothingHere() {
  const { t } = useWords();
  return (
    <Page title={t('app.notFound')}>
      <Link href="/">{t('app.toCampaigns')}</Link>
    </Page>
  );
}
