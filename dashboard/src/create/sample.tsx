import { useWords } from '../i18n.js';
import { TelegramText } from '../parts/telegram-text.js';
import type { Preview, Topic } from './queries.js';

/** A reminder as its recipient sees it in Telegram, with its buttons. */
export function Sample({
  of: { languageCode, text, buttonText },
  asked,
}: {
  of: Preview['samples'][number];
  /** The question that comes with it. */
  asked: Topic['questions'][number] | undefined;
}) {
  const { t } = useWords();
  const buttons = asked ? asked.options.map((option) => option.text) : [buttonText];
  return (
    <figure className="bubble-sample">
      <figcaption className="quiet">
        {languageCode === null ? t('create.sampleForAll') : t('create.sampleFor', { language: languageCode })}
      </figcaption>
      <div className="bubble" lang={languageCode ?? undefined}>
        <TelegramText html={text} />
      </div>
      <ul className="bubble-buttons">
        {buttons.map((button, index) => (
          <li key={index}>{button}</li>
        ))}
      </ul>
    </figure>
  );
}
