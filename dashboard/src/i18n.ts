import { i18n } from '@lingui/core';
import { compileMessage } from '@lingui/message-utils/compileMessage';
import { useLingui } from '@lingui/react';
import { loadPart } from './load-part.js';
import { en, type MessageKey } from './locales/en.js';

export type { MessageKey } from './locales/en.js';
export type Language = 'en' | 'ru';
export const LANGUAGES: readonly { code: Language; name: string }[] = [
  { code: 'en', name: 'English' },
  { code: 'ru', name: 'Русский' },
];

const KEPT = 'pollcast.language';

function preferred(): Language {
  const kept = localStorage.getItem(KEPT);
  const wished = kept === null ? navigator.languages : [kept];
  for (const tag of wished) {
    const language = LANGUAGES.find(({ code }) => tag.toLowerCase().startsWith(code));
    if (language) return language.code;
  }
  return 'en';
}

async function activate(language: Language): Promise<void> {
  if (language === 'ru') i18n.load('ru', (await loadPart(() => import('./locales/ru.js'))).ru);
  // Dates and numbers as the reader's region writes them.
  const regions = navigator.languages.filter((tag) => tag.toLowerCase().startsWith(language));
  i18n.activate(language, regions.length > 0 ? regions : undefined);
  document.documentElement.lang = language;
}

export async function beginLanguage(): Promise<void> {
  i18n.setMessagesCompiler(compileMessage);
  i18n.load('en', en);
  await activate(preferred());
}

export async function chooseLanguage(language: Language): Promise<void> {
  localStorage.setItem(KEPT, language);
  await activate(language);
}

export interface Words {
  t: (key: MessageKey, values?: Record<string, string | number>) => string;
  number: (value: number, options?: Intl.NumberFormatOptions) => string;
  /** In the zone of the reader. */
  time: (at: string, options?: Intl.DateTimeFormatOptions) => string;
  language: Language;
  /** Tag of the language as the reader's region writes it, such as en-GB. */
  region: string;
}

export function useWords(): Words {
  const { i18n: current } = useLingui();
  return {
    t: (key, values) => current._(key, values),
    number: (value, options) => current.number(value, options),
    time: (at, options) => current.date(at, options),
    language: current.locale as Language,
    region: [current.locales ?? current.locale].flat()[0] ?? current.locale,
  };
}
