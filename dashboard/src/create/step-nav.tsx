import { Link } from 'wouter';
import { useWords } from '../i18n.js';
import type { Problems } from '../parts/problems.js';
import { FIELDS, STEP_NAMES, type Step } from './steps.js';

/** The steps in their order, each with how many errors it has. Those that cannot be reached yet are no links. */
export function StepNav({
  base,
  steps,
  current,
  later,
  problems,
}: {
  base: string;
  steps: readonly Step[];
  current: Step;
  later: readonly Step[];
  problems: Problems;
}) {
  const { t } = useWords();
  return (
    <nav aria-label={t('create.steps')}>
      <ol className="wizard-steps">
        {steps.map((step) => {
          const count = problems.count(FIELDS[step]);
          return (
            <li key={step}>
              {later.includes(step) ? (
                <span className="quiet">{t(STEP_NAMES[step])}</span>
              ) : (
                <Link href={`${base}?step=${step}`} aria-current={step === current ? 'step' : undefined}>
                  {t(STEP_NAMES[step])}
                  {count > 0 && <b className="problem"> {t('create.errors', { count })}</b>}
                </Link>
              )}
            </li>
          );
        })}
      </ol>
    </nav>
  );
}
