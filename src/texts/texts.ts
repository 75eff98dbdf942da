import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import i18next, { type i18n, type ResourceLanguage } from 'i18next';
import ICU from 'i18next-icu';
import { nearestLanguage } from './nearest-language.js';
import type { TextKey } from './text-keys.js';

/** Values of a text's placeholders. They are inserted as they are: escape them where markup is read. */
export type TextValues = Readonly<Record<string, string | number>>;

/** Says a text in one language. */
export type Say = (key: TextKey, values?: TextValues) => string;

/** Language of those whose own has no texts. */
export const FALLBACK = 'en';

/** What the bot says, by language: one file of ICU messages for each. */
export class Texts {
  private readonly say = new Map<string, Say>();

  /** @param folder with a file such as de.json for each language */
  constructor(folder: string) {
    const files = readdirSync(folder).filter((name) => name.endsWith('.json'));
    const languages = files.map((name) => basename(name, '.json').toLowerCase());
    const library = createLibrary(folder, files, languages);
    for (const language of languages) this.say.set(language, library.getFixedT(language));
  }

  get languages(): string[] {
    return [...this.say.keys()];
  }

  /** Says texts in the language that is nearest to a person's. @param languageCode as for `nearest` */
  in(languageCode: string | null | undefined): Say {
    const say = this.say.get(this.nearest(languageCode));
    if (!say) throw new Error(`There are no texts in the language ${FALLBACK}.`);
    return say;
  }

  /** @param languageCode IETF tag of a Telegram client, such as pt-BR */
  nearest(languageCode: string | null | undefined): string {
    return nearestLanguage(languageCode, (language) => this.say.has(language)) ?? FALLBACK;
  }
}

function createLibrary(folder: string, files: readonly string[], languages: readonly string[]): i18n {
  const texts = files.map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')) as ResourceLanguage);
  const library = i18next.createInstance().use(new ICU());
  void library.init({
    resources: Object.fromEntries(
      languages.map((language, index) => [language, { translation: texts[index] ?? {} }]),
    ),
    supportedLngs: [...languages],
    fallbackLng: FALLBACK,
    lowerCaseLng: true,
    keySeparator: false,
    nsSeparator: false,
    initAsync: false,
  });
  return library;
}
