import { useEffect, useRef, useState } from 'react';
import { CallRefused, type ItemError, type Person } from '@pollcast/people-file';
import { useClient } from 'urql';
import { isPassing, useFailure } from '../../parts/failure.js';
import { useSay } from '../../parts/say.js';
import { IMPORT_PEOPLE } from '../queries.js';
import { runOver, type Run } from './read-file.js';

const TRY_AGAIN_MS = 2000;

/** The file as it was chosen, and what came of the dry run and of the import. */
export interface ImportState {
  file: File | undefined;
  dryRun: Run | undefined;
  real: Run | undefined;
  created: number;
  updated: number;
  /** Why the API refuses all of it. */
  refusal: string | undefined;
}

const NOTHING: ImportState = {
  file: undefined,
  dryRun: undefined,
  real: undefined,
  created: 0,
  updated: 0,
  refusal: undefined,
};

export interface FileImport {
  state: ImportState;
  choose: (file: File | undefined) => void;
  start: () => void;
  stop: () => void;
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}

export function useImport(): FileImport {
  const client = useClient();
  const say = useSay();
  const describe = useFailure();
  const [state, setState] = useState(NOTHING);
  const running = useRef(new AbortController());
  const isImporting = state.real?.state === 'running';

  useEffect(
    () => () => {
      running.current.abort();
    },
    [],
  );
  useEffect(() => {
    if (!isImporting) return;
    const warn = (event: BeforeUnloadEvent): void => {
      event.preventDefault();
    };
    addEventListener('beforeunload', warn);
    return () => {
      removeEventListener('beforeunload', warn);
    };
  }, [isImporting]);

  function begin(): AbortSignal {
    running.current.abort();
    running.current = new AbortController();
    return running.current.signal;
  }

  /** An import changes nothing the second time: a batch without an answer is sent again. */
  async function send(people: readonly Person[], signal: AbortSignal): Promise<readonly ItemError[]> {
    for (;;) {
      signal.throwIfAborted();
      const { data, error } = await client.mutation(IMPORT_PEOPLE, { users: toInput(people) }).toPromise();
      if (data) {
        const { created, updated, userErrors } = data.importTelegramUsers;
        setState((before) => ({
          ...before,
          created: before.created + created,
          updated: before.updated + updated,
        }));
        return userErrors.map((one) => ({ ...one, message: say(one) }));
      }
      if (!error || !isPassing(error)) throw new CallRefused(error && describe(error));
      await pause(TRY_AGAIN_MS, signal);
    }
  }

  async function run(file: File, part: 'dryRun' | 'real'): Promise<void> {
    const signal = begin();
    try {
      await runOver(file, {
        signal,
        send: part === 'real' ? (people) => send(people, signal) : undefined,
        onChange: (of) => {
          if (!signal.aborted || of.state === 'stopped') setState((before) => ({ ...before, [part]: of }));
        },
      });
    } catch (error) {
      if (!(error instanceof CallRefused)) throw error;
      setState((before) => ({
        ...before,
        real: before.real && { ...before.real, state: 'stopped' },
        refusal: error.message,
      }));
    }
  }

  return {
    state,
    choose: (file) => {
      setState({ ...NOTHING, file });
      if (file) void run(file, 'dryRun');
    },
    start: () => {
      setState((before) => ({ ...before, created: 0, updated: 0, refusal: undefined }));
      if (state.file) void run(state.file, 'real');
    },
    stop: () => {
      running.current.abort();
    },
  };
}

function toInput(people: readonly Person[]) {
  return people.map((person) => ({ ...person, groups: person.groups && [...person.groups] }));
}
