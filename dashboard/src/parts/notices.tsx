import { createContext, useContext, useState, type ReactNode } from 'react';
import { useWords } from '../i18n.js';

const NoticeContext = createContext<(text: string) => void>(() => undefined);

/** Shows the last notice, and has it read out. It stays until it is closed or another one comes: nobody has to be quick. */
export function Notices({ children }: { children: ReactNode }) {
  const { t } = useWords();
  const [text, setText] = useState('');
  return (
    <NoticeContext.Provider value={setText}>
      {children}
      <div role="status" className={text === '' ? 'hidden' : 'notice'}>
        {text}
        {text !== '' && (
          <button
            type="button"
            className="plain"
            onClick={() => {
              document.getElementById('content')?.focus({ preventScroll: true });
              setText('');
            }}
          >
            {t('app.close')}
          </button>
        )}
      </div>
    </NoticeContext.Provider>
  );
}

/** @returns what says that something was done */
export function useNotify(): (text: string) => void {
  return useContext(NoticeContext);
}
