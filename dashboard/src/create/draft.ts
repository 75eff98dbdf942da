import type { ResultOf, VariablesOf } from '../graphql.js';
import { fromLocalInput, toLocalInput } from '../parts/local-time.js';
import type { CAMPAIGN_TO_EDIT, PREVIEW, UPDATE } from './queries.js';

export type CampaignInput = VariablesOf<typeof PREVIEW>['input'];
export type CampaignToEdit = NonNullable<ResultOf<typeof CAMPAIGN_TO_EDIT>['campaign']>;
type CampaignChange = VariablesOf<typeof UPDATE>['input'];

export const ADDRESSED = ['NOT_STARTED', 'STARTED'] as const;
export type Addressed = (typeof ADDRESSED)[number];
export const PACING = ['chunkSize', 'chunkIntervalMs', 'sendIntervalMs'] as const;

export interface Translation {
  languageCode: string;
  messageTemplate: string;
  buttonText: string;
}

/** A campaign as its fields are filled in: numbers and times are what was typed. */
export interface Draft {
  /** The API creates one campaign for it, however often it is asked. */
  key: string;
  topicId: string;
  name: string;
  groups: string[];
  participation: Addressed[];
  notRemindedForHours: string;
  /** Otherwise the bot's own text, in the language of each recipient. */
  hasOwnText: boolean;
  messageTemplate: string;
  buttonText: string;
  asksFirstQuestion: boolean;
  translations: Translation[];
  isScheduled: boolean;
  /** In the reader's zone. */
  scheduledFor: string;
  pacing: Record<(typeof PACING)[number], string>;
}

export type ChangeDraft = (change: Partial<Draft>) => void;

export function emptyDraft(): Draft {
  return {
    // crypto.randomUUID is not there for pages without TLS.
    key: Array.from(crypto.getRandomValues(new Uint32Array(4)), (part) => part.toString(36)).join('-'),
    topicId: '',
    name: '',
    groups: [],
    participation: [...ADDRESSED],
    notRemindedForHours: '',
    hasOwnText: false,
    messageTemplate: '',
    buttonText: '',
    asksFirstQuestion: false,
    translations: [],
    isScheduled: false,
    scheduledFor: '',
    pacing: { chunkSize: '', chunkIntervalMs: '', sendIntervalMs: '' },
  };
}

/** What the address of another page's link asks for; undefined if it asks for nothing. */
export function draftFromAddress(search: URLSearchParams): Draft | undefined {
  const topicId = search.get('topic');
  if (topicId === null) return undefined;
  const asked = search.getAll('participation');
  const participation = ADDRESSED.filter((one) => asked.includes(one));
  return {
    ...emptyDraft(),
    topicId,
    groups: search.getAll('groups'),
    ...(participation.length > 0 && { participation }),
  };
}

export function draftFromCampaign(campaign: CampaignToEdit): Draft {
  const { audience, pacing, scheduledFor } = campaign;
  return {
    key: '',
    topicId: campaign.topic.id,
    name: campaign.name ?? '',
    groups: audience.groups,
    participation: ADDRESSED.filter((one) => audience.participation.includes(one)),
    notRemindedForHours: audience.notRemindedForHours?.toString() ?? '',
    hasOwnText: true,
    messageTemplate: campaign.messageTemplate,
    buttonText: campaign.buttonText ?? '',
    asksFirstQuestion: campaign.asksFirstQuestion,
    translations: campaign.translations.map((text) => ({ ...text, buttonText: text.buttonText ?? '' })),
    isScheduled: scheduledFor !== null,
    scheduledFor: toLocalInput(scheduledFor),
    pacing: {
      chunkSize: String(pacing.chunkSize),
      chunkIntervalMs: String(pacing.chunkIntervalMs),
      sendIntervalMs: String(pacing.sendIntervalMs),
    },
  };
}

const LARGEST = 2 ** 31 - 1;

/** What is no whole number that the API can read becomes one that it refuses in words. */
function toInteger(typed: string): number | null {
  if (typed.trim() === '') return null;
  const value = Math.trunc(Number(typed));
  return Number.isNaN(value) ? -1 : Math.max(-1, Math.min(LARGEST, value));
}

function nameOf({ name }: Draft): string | null {
  return name === '' ? null : name;
}

function textsOf(draft: Draft) {
  return {
    messageTemplate: draft.hasOwnText ? draft.messageTemplate : null,
    buttonText: draft.buttonText === '' ? null : draft.buttonText,
    translations: draft.translations.map(({ buttonText, ...text }) => ({
      ...text,
      buttonText: buttonText === '' ? null : buttonText,
    })),
  };
}

function pacingOf({ pacing }: Draft) {
  return {
    chunkSize: toInteger(pacing.chunkSize),
    chunkIntervalMs: toInteger(pacing.chunkIntervalMs),
    sendIntervalMs: toInteger(pacing.sendIntervalMs),
  };
}

/** What is fixed once a campaign has started. */
function planOf(draft: Draft) {
  return {
    asksFirstQuestion: draft.asksFirstQuestion,
    audience: {
      groups: draft.groups,
      participation: draft.participation,
      notRemindedForHours: toInteger(draft.notRemindedForHours),
    },
    scheduledFor: draft.isScheduled ? fromLocalInput(draft.scheduledFor) : null,
  };
}

export function toInput(draft: Draft): CampaignInput {
  return {
    topicId: draft.topicId,
    name: nameOf(draft),
    ...textsOf(draft),
    ...planOf(draft),
    pacing: pacingOf(draft),
  };
}

function changesOf<Fields extends object>(now: Fields, before: Fields): Partial<Fields> {
  const names = Object.keys(now) as (keyof Fields)[];
  const changed = names.filter((name) => JSON.stringify(now[name]) !== JSON.stringify(before[name]));
  return Object.fromEntries(changed.map((name) => [name, now[name]])) as Partial<Fields>;
}

/** What was changed of a campaign: the rest may be fixed, or may have been changed by somebody else meanwhile. */
export function toChange(draft: Draft, before: Draft, hasStarted: boolean): CampaignChange {
  const pacing = changesOf(pacingOf(draft), pacingOf(before));
  return {
    ...changesOf({ name: nameOf(draft), ...textsOf(draft) }, { name: nameOf(before), ...textsOf(before) }),
    ...(!hasStarted && changesOf(planOf(draft), planOf(before))),
    ...(Object.keys(pacing).length > 0 && { pacing }),
  };
}
