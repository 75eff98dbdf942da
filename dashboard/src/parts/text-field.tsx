import { useId, type ComponentProps, type ReactNode } from 'react';
import { describedBy, FieldProblems } from './problems.js';

interface Common {
  label: string;
  hint?: ReactNode;
  value: string;
  problems: readonly string[];
  onChange: (value: string) => void;
}

/** A field of a form with its hint, and what is wrong with it. */
export function TextField({
  label,
  hint,
  problems,
  onChange,
  ...input
}: Common & Omit<ComponentProps<'input'>, keyof Common>) {
  const id = useId();
  return (
    <div className="form-field">
      <label>
        {label}
        <input
          {...input}
          {...describedBy(id, problems)}
          onChange={(event) => {
            onChange(event.target.value);
          }}
        />
      </label>
      {hint !== undefined && <span className="quiet">{hint}</span>}
      <FieldProblems id={id} messages={problems} />
    </div>
  );
}

export function AreaField({
  label,
  hint,
  problems,
  onChange,
  ...input
}: Common & Omit<ComponentProps<'textarea'>, keyof Common>) {
  const id = useId();
  return (
    <div className="form-field">
      <label>
        {label}
        <textarea
          {...input}
          {...describedBy(id, problems)}
          onChange={(event) => {
            onChange(event.target.value);
          }}
        />
      </label>
      {hint !== undefined && <span className="quiet">{hint}</span>}
      <FieldProblems id={id} messages={problems} />
    </div>
  );
}
