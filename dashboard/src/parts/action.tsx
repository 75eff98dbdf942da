import { useEffect, useEffectEvent, useState, type ReactNode } from 'react';
import { useClient, type AnyVariables, type CombinedError, type TypedDocumentNode } from 'urql';
import { useWords } from '../i18n.js';
import { Dialog } from './dialog.js';
import { useNotify } from './notices.js';

/** Why a mutation was not done, in words. */
export interface Refusal {
  message: string;
  /** Path of the argument that it is about, such as ["input", "title"]. */
  field: readonly string[] | null;
  /** Where the document asks for it. */
  code?: string;
}

interface Payload {
  userErrors: readonly Refusal[];
}

export interface Action<Data, Variables> {
  /** @returns what it answered, or undefined if it was refused or nobody answered; `refusals` says why */
  run: (variables: Variables) => Promise<Data | undefined>;
  busy: boolean;
  refusals: readonly Refusal[];
  /** Forgets why the last call was refused. */
  reset: () => void;
}

/** @returns what says why a mutation came to nothing, or may have */
export function useExplain(): (error: CombinedError) => string {
  const { t } = useWords();
  return ({ networkError, graphQLErrors }) =>
    networkError ? t('app.notKnownWhetherDone') : graphQLErrors.map(({ message }) => message).join(' ');
}

/** A mutation, all of whose payloads have `userErrors`. */
export function useAction<Data extends Record<keyof Data, Payload>, Variables extends AnyVariables>(
  mutation: TypedDocumentNode<Data, Variables>,
): Action<Data, Variables> {
  const explain = useExplain();
  const client = useClient();
  const [busy, setBusy] = useState(false);
  const [refusals, setRefusals] = useState<readonly Refusal[]>([]);

  async function run(variables: Variables): Promise<Data | undefined> {
    setBusy(true);
    const { data, error } = await client.mutation(mutation, variables).toPromise();
    setBusy(false);
    const refused = error
      ? [{ message: explain(error), field: null }]
      : Object.values<Payload>(data ?? {}).flatMap(({ userErrors }) => userErrors);
    setRefusals(refused);
    return refused.length === 0 ? data : undefined;
  }

  return {
    run,
    busy,
    refusals,
    reset: () => {
      setRefusals([]);
    },
  };
}

export function Refusals({ of }: { of: readonly Refusal[] }) {
  return (
    <div role="alert" className={of.length === 0 ? 'hidden' : 'problem'}>
      {of.map(({ message }) => (
        <p key={message}>{message}</p>
      ))}
    </div>
  );
}

const NONE: readonly Refusal[] = [];

/** Tells why something was refused whose dialog was closed in the meantime. */
function useLateRefusals(refusals: readonly Refusal[], forget: () => void): void {
  const notify = useNotify();
  const tell = useEffectEvent(() => {
    if (refusals.length === 0) return;
    notify(refusals.map(({ message }) => message).join(' '));
    forget();
  });
  useEffect(() => {
    tell();
  }, [refusals]);
}

/** A button that does something after its dialog has said what that means, in numbers. */
export function ConfirmButton({
  label,
  title = label,
  danger = false,
  primary = false,
  disabled = false,
  isReady = true,
  action: { busy, refusals, reset },
  run,
  children,
}: {
  label: string;
  title?: string;
  danger?: boolean;
  /** Whether it is what the page is for. */
  primary?: boolean;
  disabled?: boolean;
  /** Whether the dialog has all that it needs. */
  isReady?: boolean;
  action: Pick<Action<never, never>, 'busy' | 'refusals' | 'reset'>;
  /** @returns undefined if it was refused: the dialog stays, with the reason */
  run: () => Promise<unknown>;
  children: ReactNode;
}) {
  const { t } = useWords();
  const [isOpen, setOpen] = useState(false);
  useLateRefusals(isOpen ? NONE : refusals, reset);
  function close(): void {
    setOpen(false);
    reset();
  }
  return (
    <>
      <button
        type="button"
        className={danger ? 'danger' : primary ? 'primary' : undefined}
        disabled={disabled}
        onClick={() => {
          setOpen(true);
        }}
      >
        {label}
      </button>
      {isOpen && (
        <Dialog title={title} onClose={close}>
          {children}
          <Refusals of={refusals} />
          <div className="actions">
            <button
              type="button"
              className={danger ? 'danger' : 'primary'}
              disabled={busy || !isReady}
              onClick={() => {
                void run().then((done) => {
                  if (done !== undefined) close();
                });
              }}
            >
              {label}
            </button>
            <button type="button" onClick={close}>
              {t('app.cancel')}
            </button>
          </div>
        </Dialog>
      )}
    </>
  );
}
