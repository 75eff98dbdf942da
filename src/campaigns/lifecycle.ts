import { registerEnumType } from 'type-graphql';

export enum CampaignStatus {
  PENDING = 'PENDING',
  SCHEDULED = 'SCHEDULED',
  PROCESSING = 'PROCESSING',
  PAUSED = 'PAUSED',
  COMPLETED = 'COMPLETED',
  FAILED = 'FAILED',
  CANCELLED = 'CANCELLED',
}

/** Properties of each status, from which the API's enum and the CHECK constraint follow. */
const STATUSES: Readonly<Record<CampaignStatus, { description: string }>> = {
  PENDING: { description: 'Created, not started.' },
  SCHEDULED: { description: 'Starts by itself at scheduledFor.' },
  PROCESSING: { description: 'Reminders are being sent.' },
  PAUSED: { description: 'Stopped by an operator, or by the system with a failure that says why.' },
  COMPLETED: { description: 'No recipient is pending.' },
  FAILED: {
    description: 'Stopped because nothing could be sent; the failure says why. It can be resumed.',
  },
  CANCELLED: { description: 'Ended by an operator; pending recipients are skipped.' },
};

registerEnumType(CampaignStatus, {
  name: 'CampaignStatus',
  description: 'State of a campaign.',
  valuesConfig: STATUSES,
});

/** Events of a campaign. */
export type CampaignEvent =
  | 'schedule'
  | 'unschedule'
  | 'start'
  | 'holdSchedule'
  | 'pause'
  | 'resume'
  | 'fail'
  | 'refuse'
  | 'cancel'
  | 'complete'
  | 'retry';

interface Transition {
  readonly from: readonly CampaignStatus[];
  readonly to: CampaignStatus;
}

const { PENDING, SCHEDULED, PROCESSING, PAUSED, COMPLETED, FAILED, CANCELLED } = CampaignStatus;

/** The whole lifecycle. Every change of status is one compare-and-set by a row of this table. */
export const TRANSITIONS: Readonly<Record<CampaignEvent, Transition>> = {
  schedule: { from: [PENDING, SCHEDULED], to: SCHEDULED },
  unschedule: { from: [PENDING, SCHEDULED], to: PENDING },
  start: { from: [PENDING, SCHEDULED], to: PROCESSING },
  holdSchedule: { from: [SCHEDULED], to: PAUSED },
  pause: { from: [PROCESSING], to: PAUSED },
  resume: { from: [PAUSED, FAILED], to: PROCESSING },
  fail: { from: [PROCESSING], to: FAILED },
  // Every text was refused; answers that arrive after a stop can show it as well.
  refuse: { from: [PROCESSING, PAUSED, FAILED], to: FAILED },
  cancel: { from: [PENDING, SCHEDULED, PROCESSING, PAUSED, FAILED], to: CANCELLED },
  // Also a campaign that was paused while its last messages were in flight.
  complete: { from: [PROCESSING, PAUSED], to: COMPLETED },
  retry: { from: [COMPLETED, PAUSED, FAILED, PROCESSING], to: PROCESSING },
};

/** Statuses in which texts and pacing can be changed, since nothing is being sent. */
export const EDITABLE_STATUSES: readonly CampaignStatus[] = [PENDING, SCHEDULED, PAUSED, FAILED];

/** Statuses in which nothing happens without an operator, so that subscriptions end. */
export const FINAL_STATUSES: readonly CampaignStatus[] = [COMPLETED, FAILED, CANCELLED];
