import { useWords } from '../i18n.js';
import { TextField } from '../parts/text-field.js';
import type { Translation } from './draft.js';
import { Editor } from './editor.js';
import type { StepProps } from './step-props.js';

function OneTranslation({
  of,
  path,
  problems,
  change,
  remove,
}: {
  of: Translation;
  path: string;
  problems: StepProps['problems'];
  change: (change: Partial<Translation>) => void;
  remove: () => void;
}) {
  const { t } = useWords();
  return (
    <fieldset className="translation">
      <legend>{t('create.translation', { language: of.languageCode || t('app.unknown') })}</legend>
      <div className="fields">
        <TextField
          label={t('create.language')}
          list="languages"
          value={of.languageCode}
          problems={problems.at(`${path}.languageCode`)}
          onChange={(languageCode) => {
            change({ languageCode });
          }}
        />
        <TextField
          label={t('create.button')}
          value={of.buttonText}
          problems={problems.at(`${path}.buttonText`)}
          onChange={(buttonText) => {
            change({ buttonText });
          }}
        />
        <button type="button" onClick={remove}>
          {t('create.removeTranslation')}
        </button>
      </div>
      <Editor
        label={t('create.textIn', { language: of.languageCode || t('app.unknown') })}
        value={of.messageTemplate}
        problems={problems.at(`${path}.messageTemplate`)}
        onChange={(messageTemplate) => {
          change({ messageTemplate });
        }}
      />
    </fieldset>
  );
}

/** Languages that are proposed; any other can be written. */
const USUAL = ['ar', 'de', 'en', 'es', 'fr', 'it', 'kk', 'pl', 'pt-br', 'ru', 'tr', 'uk', 'uz', 'zh-hans'];

/** The same text for recipients of other languages. */
export function Translations({ draft: { translations, messageTemplate }, change, problems }: StepProps) {
  const { t } = useWords();
  return (
    <section>
      <h3>{t('create.translations')}</h3>
      <p className="quiet">{t('create.translationsHint')}</p>
      <datalist id="languages">
        {USUAL.map((code) => (
          <option key={code} value={code} />
        ))}
      </datalist>
      {translations.map((translation, index) => (
        <OneTranslation
          key={index}
          of={translation}
          path={`translations.${index}`}
          problems={problems}
          change={(changed) => {
            change({ translations: translations.with(index, { ...translation, ...changed }) });
          }}
          remove={() => {
            change({ translations: translations.toSpliced(index, 1) });
          }}
        />
      ))}
      <button
        type="button"
        onClick={() => {
          const added = { languageCode: '', messageTemplate, buttonText: '' };
          change({ translations: [...translations, added] });
        }}
      >
        {t('create.addTranslation')}
      </button>
    </section>
  );
}
