import { useState, type SubmitEvent } from 'react';
import { useWords } from '../i18n.js';
import { Refusals, useAction } from '../parts/action.js';
import { dayStart, LAST_DAY } from '../parts/address.js';
import { Button } from '../parts/button.js';
import { Dialog } from '../parts/dialog.js';
import type { Role } from '../viewer.js';
import { CREATE_TOKEN } from './queries.js';

const ROLES: readonly Role[] = ['VIEWER', 'OPERATOR', 'ADMIN'];

/** The token, which nobody is shown a second time. */
function Created({ token, onClose }: { token: string; onClose: () => void }) {
  const { t } = useWords();
  const [isCopied, setCopied] = useState(false);
  // A page without TLS has no clipboard to write to.
  return (
    <>
      <p>{t('tokens.shownOnce')}</p>
      <p>
        <code>{token}</code>
      </p>
      <div className="actions">
        {isSecureContext && (
          <button
            type="button"
            className="primary"
            onClick={() => {
              void navigator.clipboard.writeText(token).then(() => {
                setCopied(true);
              });
            }}
          >
            {t('tokens.copy')}
          </button>
        )}
        <button type="button" onClick={onClose}>
          {t('app.close')}
        </button>
        <span role="status">{isCopied && t('tokens.copied')}</span>
      </div>
    </>
  );
}

function Form({ onCreated }: { onCreated: (token: string) => void }) {
  const { t } = useWords();
  const create = useAction(CREATE_TOKEN);
  async function submit(event: SubmitEvent<HTMLFormElement>): Promise<void> {
    event.preventDefault();
    const data = new FormData(event.currentTarget);
    const field = (name: string): string => data.get(name) as string;
    const until = field('until');
    const done = await create.run({
      name: field('name').trim(),
      role: field('role') as Role,
      // The whole day is meant.
      expiresAt: until === '' ? null : dayStart(until, 1),
    });
    const token = done?.createApiToken.token;
    if (token != null) onCreated(token);
  }
  return (
    <form onSubmit={(event) => void submit(event)}>
      <div className="fields">
        <label>
          {t('tokens.name')}
          <input name="name" required maxLength={64} spellCheck={false} autoComplete="off" />
        </label>
        <label>
          {t('tokens.role')}
          <select name="role">
            {ROLES.map((role) => (
              <option key={role} value={role}>
                {t(`role.${role}`)}
              </option>
            ))}
          </select>
        </label>
        <label>
          {t('tokens.until')}
          <input name="until" type="date" max={LAST_DAY} />
        </label>
      </div>
      <Refusals of={create.refusals} />
      <div className="actions">
        <Button type="submit" className="primary" isOff={create.busy}>
          {t('tokens.create')}
        </Button>
      </div>
    </form>
  );
}

export function CreateToken({ onDone }: { onDone: () => void }) {
  const { t } = useWords();
  const [isOpen, setOpen] = useState(false);
  const [token, setToken] = useState<string>();
  function close(): void {
    setOpen(false);
    setToken(undefined);
  }
  return (
    <>
      <button
        type="button"
        className="primary"
        onClick={() => {
          setOpen(true);
        }}
      >
        {t('tokens.new')}
      </button>
      {isOpen && (
        <Dialog title={t('tokens.new')} onClose={close}>
          {token === undefined ? (
            <Form
              onCreated={(created) => {
                setToken(created);
                onDone();
              }}
            />
          ) : (
            <Created token={token} onClose={close} />
          )}
        </Dialog>
      )}
    </>
  );
}
