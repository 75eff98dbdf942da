import { chooseLanguage, LANGUAGES, useWords, type Language } from '../i18n.js';

export function LanguageChoice() {
  const { t, language } = useWords();
  return (
    <select
      aria-label={t('app.language')}
      value={language}
      onChange={(event) => void chooseLanguage(event.target.value as Language)}
    >
      {LANGUAGES.map(({ code, name }) => (
        <option key={code} value={code}>
          {name}
        </option>
      ))}
    </select>
  );
}
