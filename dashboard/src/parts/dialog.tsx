import { useId, useLayoutEffect, useRef, type ReactNode } from 'react';
import { useWords } from '../i18n.js';

/** A modal dialog of the browser, which keeps the focus inside and returns it to where it was. */
export function Dialog({
  title,
  onClose,
  children,
}: {
  title: string;
  onClose: () => void;
  children: ReactNode;
}) {
  const { t } = useWords();
  const dialog = useRef<HTMLDialogElement>(null);
  const heading = useId();
  useLayoutEffect(() => {
    const element = dialog.current;
    const opener = document.activeElement;
    const around = opener?.parentElement?.closest<HTMLElement>('[tabindex="-1"]');
    element?.showModal();
    return () => {
      element?.close();
      // What opened it may be gone by now.
      if (opener?.isConnected === false) around?.focus({ preventScroll: true });
    };
  }, []);
  return (
    <dialog
      ref={dialog}
      aria-labelledby={heading}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onClose={(event) => {
        // A browser may close it by itself; an element that shows again was only mounted twice.
        if (!event.currentTarget.open) onClose();
      }}
    >
      <div className="heading">
        <h2 id={heading}>{title}</h2>
        <button type="button" className="plain" onClick={onClose}>
          {t('app.close')}
        </button>
      </div>
      {children}
    </dialog>
  );
}
