import { useWords } from '../i18n.js';
import { Subnav } from '../parts/subnav.js';
import { useMay } from '../viewer.js';

export function PeopleNav() {
  const { t } = useWords();
  const may = useMay();
  return (
    <Subnav
      label={t('people.title')}
      links={[
        { href: '/people', label: t('people.everyone') },
        { href: '/people/groups', label: t('people.groups') },
        ...(may('ADMIN') ? [{ href: '/people/import', label: t('import.title') }] : []),
      ]}
    />
  );
}
