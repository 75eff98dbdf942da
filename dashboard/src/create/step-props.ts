import type { Problems } from '../parts/problems.js';
import type { ChangeDraft, Draft } from './draft.js';
import type { Preview, Topic } from './queries.js';

/** What a step shows and changes. */
export interface StepProps {
  draft: Draft;
  change: ChangeDraft;
  problems: Problems;
  /** Undefined until there is one. */
  preview: Preview | undefined;
  topic: Topic | undefined;
  /** Whether what is fixed at the start of a campaign is fixed. */
  hasStarted: boolean;
}
