import { useEffect, useEffectEvent, useState } from 'react';
import { useWords } from '../i18n.js';
import { STATUSES, type Status } from '../parts/status.js';
import { ORDERS, type ListPlace, type Order } from './list-address.js';

const TYPING_PAUSE_MS = 250;

/** A field whose text counts once its writer pauses. */
export function SearchField({
  label,
  value,
  onChange,
}: {
  label: string;
  value: string;
  onChange: (value: string) => void;
}) {
  const [text, setText] = useState(value);
  const change = useEffectEvent(onChange);
  useEffect(() => {
    setText(value);
  }, [value]);
  useEffect(() => {
    if (text === value) return;
    const timer = setTimeout(() => {
      change(text);
    }, TYPING_PAUSE_MS);
    return () => {
      clearTimeout(timer);
    };
  }, [text]);
  return (
    <label>
      {label}
      <input
        type="search"
        value={text}
        onChange={(event) => {
          setText(event.target.value);
        }}
      />
    </label>
  );
}

function StatusButtons({
  chosen,
  counts,
  onChange,
}: {
  chosen: readonly Status[];
  counts: ReadonlyMap<Status, number>;
  onChange: (status: Status[]) => void;
}) {
  const { t, number } = useWords();
  return (
    <div role="group" aria-label={t('list.status')} className="choices">
      {STATUSES.map((status) => {
        const isChosen = chosen.includes(status);
        return (
          <button
            key={status}
            type="button"
            aria-pressed={isChosen}
            onClick={() => {
              onChange(isChosen ? chosen.filter((other) => other !== status) : [...chosen, status]);
            }}
          >
            {t(`status.${status}`)} <b>{number(counts.get(status) ?? 0)}</b>
          </button>
        );
      })}
    </div>
  );
}

export function Filters({
  place: { address, isFiltered, change, clear },
  counts,
}: {
  place: ListPlace;
  counts: ReadonlyMap<Status, number>;
}) {
  const { t } = useWords();
  return (
    <search className="filters">
      <StatusButtons
        chosen={address.status}
        counts={counts}
        onChange={(status) => {
          change({ status });
        }}
      />
      <div className="fields">
        <SearchField
          label={t('list.search')}
          value={address.search}
          onChange={(search) => {
            change({ search });
          }}
        />
        {(['since', 'until'] as const).map((end) => (
          <label key={end}>
            {t(end === 'since' ? 'list.createdAfter' : 'list.createdBefore')}
            <input
              type="date"
              value={address[end]}
              onChange={(event) => {
                change({ [end]: event.target.value });
              }}
            />
          </label>
        ))}
        <label>
          {t('list.order')}
          <select
            value={address.order}
            onChange={(event) => {
              change({ order: event.target.value as Order });
            }}
          >
            {ORDERS.map((order) => (
              <option key={order} value={order}>
                {t(`order.${order}`)}
              </option>
            ))}
          </select>
        </label>
        <label className="check">
          <input
            type="checkbox"
            checked={address.attention}
            onChange={(event) => {
              change({ attention: event.target.checked });
            }}
          />
          {t('list.attentionOnly')}
        </label>
        {isFiltered && (
          <button type="button" onClick={clear}>
            {t('list.clear')}
          </button>
        )}
      </div>
    </search>
  );
}
