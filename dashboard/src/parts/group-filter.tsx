import { useWords } from '../i18n.js';

/** One group of a list, or any. */
export function GroupFilter({
  value,
  groups,
  onChange,
}: {
  value: string;
  groups: readonly string[];
  onChange: (group: string) => void;
}) {
  const { t } = useWords();
  // A group of the address may have been forgotten meanwhile.
  const listed = value === '' || groups.includes(value) ? groups : [...groups, value];
  return (
    <label>
      {t('people.group')}
      <select
        value={value}
        onChange={(event) => {
          onChange(event.target.value);
        }}
      >
        <option value="">{t('people.anyGroup')}</option>
        {listed.map((group) => (
          <option key={group}>{group}</option>
        ))}
      </select>
    </label>
  );
}
