import { flushSync } from 'react-dom';
import { useWords } from '../i18n.js';

/** Changes a list, and puts the focus where it was or should be, before the next key is pressed. */
export function changeAndFocus(change: () => void, ...ids: readonly string[]): void {
  flushSync(change);
  const elements = ids.map((id) => document.getElementById(id));
  elements.find((element) => element !== null && !element.matches(':disabled'))?.focus();
}

export function moved<Value>(list: readonly Value[], from: number, to: number): Value[] {
  const [item] = list.slice(from, from + 1);
  return item === undefined ? [...list] : list.toSpliced(from, 1).toSpliced(to, 0, item);
}

/** Moves an item of a list up and down, or takes it out. The focus stays with what was moved. */
export function OrderButtons<Value extends { key: string }>({
  list,
  index,
  name,
  fewest,
  fieldId,
  onChange,
}: {
  list: readonly Value[];
  index: number;
  /** What it is called, such as "Question 2". */
  name: string;
  /** With so many none can be taken out. */
  fewest: number;
  /** Id of the field of an item. */
  fieldId: (item: Value) => string;
  onChange: (list: Value[]) => void;
}) {
  const { t } = useWords();
  const key = list[index]?.key ?? '';
  const [up, down] = [`${key}-up`, `${key}-down`];
  return (
    <span className="order">
      <button
        type="button"
        id={up}
        aria-label={t('polls.up', { name })}
        disabled={index === 0}
        onClick={() => {
          changeAndFocus(
            () => {
              onChange(moved(list, index, index - 1));
            },
            up,
            down,
          );
        }}
      >
        ↑
      </button>
      <button
        type="button"
        id={down}
        aria-label={t('polls.down', { name })}
        disabled={index === list.length - 1}
        onClick={() => {
          changeAndFocus(
            () => {
              onChange(moved(list, index, index + 1));
            },
            down,
            up,
          );
        }}
      >
        ↓
      </button>
      <button
        type="button"
        aria-label={t('polls.remove', { name })}
        disabled={list.length <= fewest}
        onClick={() => {
          const neighbour = list[index + 1] ?? list[index - 1];
          changeAndFocus(
            () => {
              onChange(list.toSpliced(index, 1));
            },
            ...(neighbour ? [fieldId(neighbour)] : []),
          );
        }}
      >
        ✕
      </button>
    </span>
  );
}
