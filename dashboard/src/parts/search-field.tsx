import { useEffect, useEffectEvent, useState } from 'react';

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
  const [counted, setCounted] = useState(value);
  const change = useEffectEvent(onChange);
  // It was changed elsewhere, as by "Clear filters" or the back button.
  if (value !== counted) {
    setCounted(value);
    setText(value);
  }
  useEffect(() => {
    if (text === value) return;
    const timer = setTimeout(() => {
      change(text);
    }, TYPING_PAUSE_MS);
    return () => {
      clearTimeout(timer);
    };
  }, [text, value]);
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
