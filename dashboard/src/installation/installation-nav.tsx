import { useWords } from '../i18n.js';
import { Subnav } from '../parts/subnav.js';
import { useMay } from '../viewer.js';

export function InstallationNav() {
  const { t } = useWords();
  const may = useMay();
  if (!may('ADMIN')) return null;
  return (
    <Subnav
      label={t('installation.title')}
      links={[
        { href: '/installation', label: t('installation.state') },
        { href: '/installation/tokens', label: t('tokens.title') },
        { href: '/installation/audit', label: t('audit.title') },
      ]}
    />
  );
}
