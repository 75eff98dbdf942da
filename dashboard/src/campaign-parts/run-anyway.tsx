import { useState } from 'react';
import { useWords } from '../i18n.js';
import type { Action } from '../parts/action.js';

/** A choice that is offered once the API has refused to run a campaign beside another one. */
export function useBesideAnother<Data, Variables>(
  action: Action<Data, Variables>,
): {
  besideAnother: boolean;
  /** The action, which forgets the choice together with the refusal. */
  action: Action<Data, Variables>;
  isOffered: boolean;
  choose: (chosen: boolean) => void;
} {
  const [besideAnother, choose] = useState(false);
  const isRefused = action.refusals.some(({ code }) => code === 'ANOTHER_CAMPAIGN_RUNS');
  return {
    besideAnother,
    isOffered: besideAnother || isRefused,
    choose,
    action: {
      ...action,
      reset: () => {
        choose(false);
        action.reset();
      },
    },
  };
}

export function BesideAnother({
  of: { besideAnother, isOffered, choose },
}: {
  of: Pick<ReturnType<typeof useBesideAnother>, 'besideAnother' | 'isOffered' | 'choose'>;
}) {
  const { t } = useWords();
  if (!isOffered) return null;
  return (
    <label className="check">
      <input
        type="checkbox"
        checked={besideAnother}
        onChange={(event) => {
          choose(event.target.checked);
        }}
      />
      {t('campaign.besideAnother')}
    </label>
  );
}
