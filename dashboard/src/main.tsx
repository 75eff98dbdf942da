import { i18n } from '@lingui/core';
import { I18nProvider } from '@lingui/react';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app.js';
import { beginLanguage } from './i18n.js';
import { beginSession } from './session.js';
import './styles.css';

const [problem] = await Promise.all([beginSession(), beginLanguage()]);
const element = document.getElementById('root');
if (element)
  createRoot(element).render(
    <StrictMode>
      <I18nProvider i18n={i18n}>
        <App problem={problem} />
      </I18nProvider>
    </StrictMode>,
  );
