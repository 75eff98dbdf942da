import { useWords } from '../i18n.js';

/** Buttons that are chosen or not, each with a count where there is one. */
export function Toggles<Value extends string>({
  label,
  values,
  chosen,
  words,
  counts,
  onChange,
}: {
  label: string;
  values: readonly Value[];
  chosen: readonly Value[];
  words: (value: Value) => string;
  counts?: ReadonlyMap<Value, number>;
  onChange: (chosen: Value[]) => void;
}) {
  const { number } = useWords();
  return (
    <div role="group" aria-label={label} className="choices">
      {values.map((value) => {
        const isChosen = chosen.includes(value);
        return (
          <button
            key={value}
            type="button"
            aria-pressed={isChosen}
            onClick={() => {
              onChange(isChosen ? chosen.filter((other) => other !== value) : [...chosen, value]);
            }}
          >
            {words(value)} {counts && <b>{number(counts.get(value) ?? 0)}</b>}
          </button>
        );
      })}
    </div>
  );
}
