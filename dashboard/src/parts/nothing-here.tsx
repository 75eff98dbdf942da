import { Link } from 'wouter';
import { useWords, type MessageKey } from '../i18n.js';
import { Page } from './page.js';

/** @param instead the list that the address would be part of */
export function NothingHere({
  instead: { href, label } = { href: '/', label: 'app.toCampaigns' },
}: {
  instead?: { href: string; label: MessageKey };
}) {
  const { t } = useWords();
  return (
    <Page title={t('app.notFound')}>
      <Link href={href}>{t(label)}</Link>
    </Page>
  );
}
