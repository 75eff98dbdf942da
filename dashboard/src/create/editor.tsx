import { useId, useRef } from 'react';
import { useWords } from '../i18n.js';
import { describedBy, FieldProblems } from '../parts/problems.js';

const PLACEHOLDERS = ['firstName', 'pollTitle', 'closesAt', 'questionsLeft'] as const;
const STYLES = ['b', 'i', 'u', 's'] as const;

/** A text in Telegram's HTML, with what can be inserted. */
export function Editor({
  label,
  value,
  problems,
  onChange,
}: {
  label: string;
  value: string;
  problems: readonly string[];
  onChange: (value: string) => void;
}) {
  const { t } = useWords();
  const area = useRef<HTMLTextAreaElement>(null);
  const id = useId();

  /** Puts texts around what is selected, or in place of it. */
  function insert(before: string, after: string | undefined): void {
    const element = area.current;
    if (!element) return;
    const { selectionStart, selectionEnd } = element;
    const inner = after === undefined ? '' : element.value.slice(selectionStart, selectionEnd) + after;
    element.setRangeText(before + inner, selectionStart, selectionEnd, 'end');
    element.focus();
    onChange(element.value);
  }

  return (
    <div className="form-field editor">
      <div role="group" aria-label={t('create.insert', { label })} className="choices">
        {PLACEHOLDERS.map((name) => (
          <button
            key={name}
            type="button"
            title={`{{${name}}}`}
            onClick={() => {
              insert(`{{${name}}}`, undefined);
            }}
          >
            {t(`placeholder.${name}`)}
          </button>
        ))}
        {STYLES.map((Tag) => (
          <button
            key={Tag}
            type="button"
            aria-label={t(`style.${Tag}`)}
            title={t(`style.${Tag}`)}
            onClick={() => {
              insert(`<${Tag}>`, `</${Tag}>`);
            }}
          >
            <Tag>A</Tag>
          </button>
        ))}
      </div>
      <label>
        {label}
        <textarea
          ref={area}
          rows={6}
          value={value}
          {...describedBy(id, problems)}
          onChange={(event) => {
            onChange(event.target.value);
          }}
        />
      </label>
      <FieldProblems id={id} messages={problems} />
    </div>
  );
}
