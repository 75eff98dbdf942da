import type { ComponentProps } from 'react';

/** A button that is switched off at times, and keeps the keyboard meanwhile: one that is disabled loses it. */
export function Button({
  isOff,
  onClick,
  type = 'button',
  ...props
}: Omit<ComponentProps<'button'>, 'disabled'> & { isOff: boolean }) {
  return (
    <button
      {...props}
      type={type}
      aria-disabled={isOff || undefined}
      onClick={(event) => {
        // Nor does it send a form.
        if (isOff) event.preventDefault();
        else onClick?.(event);
      }}
    />
  );
}
