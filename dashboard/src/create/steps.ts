import type { MessageKey } from '../i18n.js';
import type { Problems } from '../parts/problems.js';

export const STEPS = ['poll', 'whom', 'text', 'when', 'test', 'start'] as const;
export type Step = (typeof STEPS)[number];

/** What of the input is filled in at a step. */
export const FIELDS: Readonly<Record<Step, readonly string[]>> = {
  poll: ['topicId', 'name'],
  whom: ['audience'],
  text: ['messageTemplate', 'buttonText', 'translations', 'asksFirstQuestion'],
  when: ['scheduledFor', 'pacing'],
  test: [],
  start: [],
};

export const STEP_NAMES = {
  poll: 'create.poll',
  whom: 'create.whom',
  text: 'create.text',
  when: 'create.when',
  test: 'create.test',
  start: 'create.start',
} as const satisfies Record<Step, MessageKey>;

export function firstWithProblems(steps: readonly Step[], problems: Problems): Step | undefined {
  return steps.find((step) => problems.count(FIELDS[step]) > 0);
}
