import { useState, type SubmitEvent } from 'react';
import { useWords } from './i18n.js';
import { Button } from './parts/button.js';
import { LanguageChoice } from './parts/language-choice.js';
import { Page } from './parts/page.js';
import { signIn, type SignInProblem } from './session.js';

const WHO = JSON.stringify({ query: '{ viewer { name } }' });

/** @returns undefined if the API takes the token, or else what it says */
async function check(token: string): Promise<string | undefined> {
  const response = await fetch('/graphql', {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: WHO,
  });
  if (response.ok) return undefined;
  const answer = (await response.json()) as { errors?: { message: string }[] };
  return response.status === 401 ? 'refused' : (answer.errors?.[0]?.message ?? response.statusText);
}

/** What a bearer token may consist of: anything else cannot be sent as a header. */
const TOKEN = /^[\w.~+/=-]+$/;

export function SignInPage({ problem }: { problem: SignInProblem | undefined }) {
  const { t } = useWords();
  const [error, setError] = useState<string>();
  const ofLink = problem?.isUsed ? t('signIn.linkUsed') : problem?.message;
  const [busy, setBusy] = useState(false);

  async function submit(event: SubmitEvent<HTMLFormElement>): Promise<void> {
    event.preventDefault();
    const field = event.currentTarget.elements.namedItem('token') as HTMLInputElement;
    const token = field.value.trim();
    setBusy(true);
    const refusal = TOKEN.test(token) ? await check(token).catch(String) : 'refused';
    setBusy(false);
    if (refusal === undefined) signIn(token);
    else setError(refusal === 'refused' ? t('signIn.refused') : refusal);
  }

  return (
    <main className="sign-in">
      <Page title={t('signIn.title')}>
        <p className="quiet">{t('signIn.hint')}</p>
        <form onSubmit={(event) => void submit(event)}>
          <label>
            {t('signIn.token')}
            <input name="token" type="password" autoComplete="off" required spellCheck={false} />
          </label>
          <Button type="submit" className="primary" isOff={busy}>
            {t('signIn.submit')}
          </Button>
          <p role="alert" className="problem">
            {error ?? ofLink}
          </p>
        </form>
        <LanguageChoice />
      </Page>
    </main>
  );
}
