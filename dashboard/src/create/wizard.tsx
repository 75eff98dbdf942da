import { useEffect, useRef, useState } from 'react';
import { useLocation } from 'wouter';
import { useFresh } from '../api.js';
import { useWords } from '../i18n.js';
import { Refusals, type Refusal } from '../parts/action.js';
import { oneOf, useAddress } from '../parts/address.js';
import { Button } from '../parts/button.js';
import { useFailure } from '../parts/failure.js';
import { problemsIn } from '../parts/problems.js';
import { useSay } from '../parts/say.js';
import type { ChangeDraft, CampaignToEdit, Draft } from './draft.js';
import { TOPIC } from './queries.js';
import { StepNav } from './step-nav.js';
import { PollStep } from './step-poll.js';
import type { StepProps } from './step-props.js';
import { StartStep } from './step-start.js';
import { TestStep } from './step-test.js';
import { TextStep } from './step-text.js';
import { WhenStep } from './step-when.js';
import { WhomStep } from './step-whom.js';
import { FIELDS, firstWithProblems, STEP_NAMES, STEPS, type Step } from './steps.js';
import { usePreview } from './use-preview.js';
import './create.css';

const ADDRESS = { step: oneOf(STEPS, 'poll') };

/** What of the input cannot be changed any more. */
function fixedFor(campaign: CampaignToEdit | undefined): readonly string[] {
  if (!campaign) return [];
  return campaign.startedAt === null
    ? ['topicId']
    : ['topicId', 'audience', 'scheduledFor', 'asksFirstQuestion'];
}

interface WizardProps {
  /** Address of the page. */
  base: string;
  draft: Draft;
  change: ChangeDraft;
  /** Undefined until it is created. */
  campaign: CampaignToEdit | undefined;
  steps: readonly Step[];
  save: {
    label: string;
    run: () => void;
    busy: boolean;
    refusals: readonly Refusal[];
    /** Whether everything is saved. */
    isDone: boolean;
  };
  /** Forgets what was filled in. */
  startOver: { label: string; run: () => void } | undefined;
}

/** What the API is not asked about, since it is not filled in yet. */
function useMissing(draft: Draft): Refusal[] {
  const { t } = useWords();
  const missing: Refusal[] = [];
  if (draft.topicId === '') missing.push({ field: ['input', 'topicId'], message: t('create.pollMissing') });
  if (draft.isScheduled && draft.scheduledFor === '')
    missing.push({ field: ['input', 'scheduledFor'], message: t('create.timeMissing') });
  for (const [index, { languageCode }] of draft.translations.entries()) {
    const field = ['input', 'translations', String(index), 'languageCode'];
    if (languageCode === '') missing.push({ field, message: t('create.languageMissing') });
  }
  return missing;
}

function StepContent({
  step,
  campaign,
  isSaved,
  ...props
}: StepProps & { step: Step; campaign: CampaignToEdit | undefined; isSaved: boolean }) {
  switch (step) {
    case 'poll':
      return <PollStep {...props} isFixed={campaign !== undefined} />;
    case 'whom':
      return <WhomStep {...props} />;
    case 'text':
      return <TextStep {...props} />;
    case 'when':
      return <WhenStep {...props} />;
    case 'test':
      return campaign && <TestStep campaignId={campaign.id} canSend={isSaved} />;
    case 'start':
      return (
        campaign && (
          <StartStep campaign={campaign} preview={props.preview} topic={props.topic} canStart={isSaved} />
        )
      );
  }
}

/** The way of a campaign to its start, a step at an address. */
export function Wizard({ base, draft, change, campaign, steps, save, startOver }: WizardProps) {
  const { t } = useWords();
  const say = useSay();
  const describe = useFailure();
  const { address } = useAddress(ADDRESS);
  const [, navigate] = useLocation();
  const heading = useRef<HTMLHeadingElement>(null);
  const { preview, isCurrent } = usePreview(draft);
  const topic = useFresh(TOPIC, { id: draft.topicId }, { pause: draft.topicId === '' });
  const read = preview.data?.campaignPreview;
  const current = read && {
    ...read,
    userErrors: read.userErrors.map((error) => ({ ...error, message: say(error) })),
  };
  const missing = useMissing(draft);
  const [hasGoneOn, setGoneOn] = useState(false);
  const fixed = fixedFor(campaign);
  const isFixed = ({ field }: Refusal) => fixed.includes(field?.[1] ?? '');
  // What is wrong with something fixed is no reason not to save the rest.
  const corrigible = (current?.userErrors ?? []).filter((error) => !isFixed(error));
  const known = [...corrigible, ...save.refusals];
  const problems = problemsIn(hasGoneOn ? [...known, ...missing] : known);
  const later = campaign ? [] : steps.filter((step) => FIELDS[step].length === 0);
  const step =
    steps.includes(address.step) && !later.includes(address.step) ? address.step : (steps[0] ?? 'poll');
  const [before, after] = [steps[steps.indexOf(step) - 1], steps[steps.indexOf(step) + 1]];
  const isLastToFill = after === undefined || FIELDS[after].length === 0;
  const isToSave = !save.isDone && (campaign !== undefined || isLastToFill);

  const shown = useRef(step);
  useEffect(() => {
    if (shown.current !== step) heading.current?.focus();
    shown.current = step;
  }, [step]);

  function go(to: Step): void {
    setGoneOn(true);
    navigate(`${base}?step=${to}`);
  }
  return (
    <div className="wizard">
      <StepNav base={base} steps={steps} current={step} later={later} problems={problems} />
      <section>
        <h2 ref={heading} tabIndex={-1}>
          {t(STEP_NAMES[step])}
        </h2>
        {!save.isDone && FIELDS[step].length === 0 && <p className="warnings plain">{t('create.unsaved')}</p>}
        <StepContent
          step={step}
          campaign={campaign}
          isSaved={save.isDone}
          draft={draft}
          change={change}
          problems={problems}
          preview={draft.topicId === '' ? undefined : current}
          topic={draft.topicId === '' ? undefined : (topic.data?.poll ?? undefined)}
          hasStarted={campaign?.startedAt != null}
        />
      </section>
      {preview.error && !preview.error.networkError && (
        <p role="alert" className="problem">
          {describe(preview.error)}
        </p>
      )}
      <Refusals of={problemsIn(save.refusals).others(steps.flatMap((one) => FIELDS[one]))} />
      <div className="actions">
        {before && (
          <button
            type="button"
            onClick={() => {
              go(before);
            }}
          >
            {t('create.back')}
          </button>
        )}
        {after && !later.includes(after) && (
          <button
            type="button"
            className={isToSave ? undefined : 'primary'}
            onClick={() => {
              go(after);
            }}
          >
            {t('create.next')}
          </button>
        )}
        {isToSave && (
          <Button
            className="primary"
            isOff={save.busy}
            onClick={() => {
              // An answer about an earlier text holds up nothing: the API looks at this one.
              const toMend = [...(isCurrent ? known : save.refusals), ...missing];
              const wrong = firstWithProblems(steps, problemsIn(toMend));
              if (wrong) go(wrong);
              else save.run();
            }}
          >
            {save.label}
          </Button>
        )}
        {startOver && (
          <button type="button" className="plain" onClick={startOver.run}>
            {startOver.label}
          </button>
        )}
      </div>
    </div>
  );
}
