import { useEffect, useEffectEvent, useRef, useState, type ReactNode } from 'react';
import { useClient, type AnyVariables, type CombinedError, type TypedDocumentNode } from 'urql';
import type { ResultOf } from '../graphql.js';
import { useWords } from '../i18n.js';
import { Button } from './button.js';
import { Dialog } from './dialog.js';
import { useFailure } from './failure.js';
import type { REFUSAL } from './fragments.js';
import { useNotify } from './notices.js';
import { useSay } from './say.js';

/** Why a mutation was not done, in words. */
export interface Refusal {
  message: string;
  /** Path of the argument that it is about, such as ["input", "title"]. */
  field: readonly string[] | null;
  /** Where the document asks for it. */
  code?: string;
}

interface Payload {
  userErrors: readonly ResultOf<typeof REFUSAL>[];
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
  const describe = useFailure();
  return (error) => (error.networkError ? t('app.notKnownWhetherDone') : describe(error));
}

/** A mutation, all of whose payloads have `userErrors`. */
export function useAction<Data extends Record<keyof Data, Payload>, Variables extends AnyVariables>(
  mutation: TypedDocumentNode<Data, Variables>,
): Action<Data, Variables> {
  const explain = useExplain();
  const say = useSay();
  const client = useClient();
  const [busy, setBusy] = useState(false);
  const [refusals, setRefusals] = useState<readonly Refusal[]>([]);
  const notify = useNotify();
  const isGone = useRef(false);
  useEffect(() => {
    isGone.current = false;
    return () => {
      isGone.current = true;
    };
  }, []);

  async function run(variables: Variables): Promise<Data | undefined> {
    setBusy(true);
    const { data, error } = await client.mutation(mutation, variables).toPromise();
    setBusy(false);
    const refused = error
      ? [{ message: explain(error), field: null }]
      : Object.values<Payload>(data ?? {}).flatMap(({ userErrors }) =>
          userErrors.map((one) => ({ ...one, message: say(one) })),
        );
    setRefusals(refused);
    // Nobody shows it any more where it was asked for.
    if (isGone.current && refused.length > 0) notify(refused.map(({ message }) => message).join(' '));
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

/** Tells why a dialog has vanished with the row or the page that it belonged to, unless its reader went elsewhere. */
function useVanishing(isAsking: boolean): void {
  const { t } = useWords();
  const notify = useNotify();
  const path = useRef('');
  useEffect(() => {
    if (isAsking) path.current = location.pathname;
  }, [isAsking]);
  const tell = useEffectEvent(() => {
    if (isAsking && path.current === location.pathname) notify(t('app.vanished'));
  });
  useEffect(
    () => () => {
      tell();
    },
    [],
  );
}

/** A button that does something after its dialog has said what that means, in numbers. */
export function ConfirmButton({
  label,
  title = label,
  danger = false,
  primary = false,
  disabled = false,
  isOffered = true,
  whyNot,
  isReady = true,
  onOpen,
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
  /** False hides the button; a dialog that is open stays, and says that things have changed. */
  isOffered?: boolean;
  /** Why it is not offered. */
  whyNot?: string;
  /** Whether the dialog has all that it needs. */
  isReady?: boolean;
  onOpen?: () => void;
  action: Pick<Action<never, never>, 'busy' | 'refusals' | 'reset'>;
  /** @returns undefined if it was refused: the dialog stays, with the reason */
  run: () => Promise<unknown>;
  children: ReactNode;
}) {
  const { t } = useWords();
  const [isOpen, setOpen] = useState(false);
  const [isRunning, setRunning] = useState(false);
  useLateRefusals(isOpen ? NONE : refusals, reset);
  useVanishing(isOpen && !isRunning);
  function close(): void {
    setOpen(false);
    reset();
  }
  async function confirm(): Promise<void> {
    setRunning(true);
    const done = await run();
    setRunning(false);
    if (done !== undefined) close();
  }
  return (
    <>
      {isOffered && (
        <Button
          className={danger ? 'danger' : primary ? 'primary' : undefined}
          isOff={disabled}
          onClick={() => {
            onOpen?.();
            setOpen(true);
          }}
        >
          {label}
        </Button>
      )}
      {isOpen && (
        <Dialog title={title} onClose={close}>
          {children}
          <Refusals of={refusals} />
          <div role="alert">
            {!isOffered && !isRunning && (
              <p className="warnings plain">
                {t('app.noLongerPossible')} {whyNot}
              </p>
            )}
          </div>
          <div className="actions">
            <Button
              className={danger ? 'danger' : 'primary'}
              isOff={busy || !isReady || !isOffered}
              onClick={() => void confirm()}
            >
              {label}
            </Button>
            <button type="button" onClick={close}>
              {t('app.cancel')}
            </button>
          </div>
        </Dialog>
      )}
    </>
  );
}
