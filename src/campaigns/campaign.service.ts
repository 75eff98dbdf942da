import { despiteDeletions } from '../kernel/despite-deletions.js';
import {
  refusal,
  success,
  userError,
  UserErrorCode,
  type Result,
  type UserError,
} from '../kernel/user-error.js';
import { describeMissing, isRowId } from '../kernel/ids.js';
import type { GroupService } from '../groups/group.service.js';
import type { Poll } from '../polls/poll.entity.js';
import { isClosed, isOpen } from '../polls/poll-open.js';
import type { CampaignJobs, CampaignPolls } from './ports.js';
import { toEdit, explainEditRefusal } from './campaign-edit.js';
import type { CampaignEditStore } from './campaign-edit.store.js';
import {
  campaignInputErrors,
  createCampaignErrors,
  computeFingerprint,
  choosePacing,
  chooseTexts,
  readPollTexts,
  type CampaignCheck,
  type CampaignDefaults,
} from './campaign-input.js';
import { chooseAudience } from './campaign-audience.types.js';
import type { NotificationCampaign } from './campaign.entity.js';
import type { CancelledStore } from './cancelled.store.js';
import type { CampaignStore, Requeue, RunOptions, RunResult } from './campaign.store.js';
import type { CreateCampaignInput, UpdateCampaignInput } from './campaign.types.js';
import type { CampaignEnding } from './ending.js';
import { CampaignStatus, TRANSITIONS, type CampaignEvent } from './lifecycle.js';
import { describeOther } from './other-campaigns.store.js';
import type { TemplateCheck } from './template-check.js';

type CampaignResult = Promise<Result<NotificationCampaign>>;

/** Lifecycle changes that an operator can request. */
type ManualEvent = Extract<CampaignEvent, 'start' | 'pause' | 'resume' | 'cancel' | 'retry'>;

/** The argument that names the campaign. */
function idField(event: ManualEvent): string[] {
  return [event === 'retry' ? 'campaignId' : 'id'];
}

/** How often a change is tried while others change the same campaign. */
const TRIES = 5;

/** A campaign that runs again, and the number of requeued deliveries. */
export interface RetriedCampaign {
  campaign: NotificationCampaign;
  retriedCount: number;
}

/** Creates, changes, starts, pauses, resumes and cancels campaigns. */
export class CampaignService {
  constructor(
    private readonly campaigns: CampaignStore,
    private readonly edits: CampaignEditStore,
    private readonly cancelled: CancelledStore,
    private readonly ending: CampaignEnding,
    private readonly polls: CampaignPolls,
    private readonly queue: CampaignJobs,
    private readonly templates: TemplateCheck,
    private readonly groups: GroupService,
    private readonly defaults: CampaignDefaults,
  ) {}

  find(id: string): Promise<NotificationCampaign | null> {
    return isRowId(id) ? this.campaigns.find(id) : Promise.resolve(null);
  }

  /** @param createdBy name of the token, or "command line" */
  create(input: CreateCampaignInput, createdBy: string): CampaignResult {
    return despiteDeletions(() => this.createOnce(input, createdBy));
  }

  private async createOnce(input: CreateCampaignInput, createdBy: string): CampaignResult {
    const existing = await this.existing(input);
    if (existing) return existing;
    const poll = isRowId(input.topicId) ? await this.polls.find(input.topicId) : null;
    const errors = await createCampaignErrors(input, poll, await this.check(poll));
    if (errors.length > 0) return refusal(...errors);
    const id = await this.campaigns.insert({
      topicId: input.topicId,
      name: input.name ?? null,
      ...chooseTexts(input, this.defaults),
      ...choosePacing(input.pacing, this.defaults.pacing),
      status: input.scheduledFor ? CampaignStatus.SCHEDULED : CampaignStatus.PENDING,
      scheduledFor: input.scheduledFor ?? null,
      ...chooseAudience(input.audience),
      idempotencyKey: input.idempotencyKey ?? null,
      idempotencyFingerprint: input.idempotencyKey == null ? null : computeFingerprint(input),
      createdBy,
    });
    // No row: a concurrent call with the same key came first.
    if (id === undefined) return this.createOnce(input, createdBy);
    if (input.scheduledFor) await this.queue.enqueueDrive(id, input.scheduledFor);
    return this.current(id);
  }

  /** Changes texts, pacing or schedule of a campaign that is not running. Absent values stay. */
  async update(id: string, input: UpdateCampaignInput): CampaignResult {
    const campaign = await this.find(id);
    if (!campaign) return this.notFound(id, ['id']);
    const poll = await this.polls.find(campaign.topicId);
    const errors = await campaignInputErrors(input, { ...(await this.check(poll)), current: campaign });
    if (errors.length > 0) return refusal(...errors);
    const edit = toEdit(input, this.defaults.messageTemplate);
    if (Object.keys(edit).length > 0 && !(await this.edits.edit(id, edit))) {
      const now = await this.current(id);
      return now.ok ? refusal(explainEditRefusal(now.value, edit)) : now;
    }
    if (edit.scheduledFor) await this.queue.enqueueDrive(id, edit.scheduledFor);
    return this.current(id);
  }

  /** Deletes a campaign that was never started. @returns its id */
  async delete(id: string): Promise<Result<string>> {
    if (isRowId(id) && (await this.campaigns.deleteUnstarted(id))) return success(id);
    const campaign = await this.find(id);
    if (!campaign) return this.notFound(id, ['id']);
    const message = `Campaign ${id} is ${campaign.status} and was started: only one that never was can be deleted.`;
    return refusal(userError(UserErrorCode.INVALID_STATE, message, ['id']));
  }

  start(id: string, options: RunOptions = {}): CampaignResult {
    return this.run(id, 'start', () => this.campaigns.start(id, options));
  }

  async pause(id: string): CampaignResult {
    const refused = await this.change(id, 'pause');
    return refused ?? this.current(id);
  }

  resume(id: string, options: RunOptions = {}): CampaignResult {
    return this.run(id, 'resume', () => this.campaigns.resume(id, options));
  }

  async cancel(id: string): CampaignResult {
    const refused = await this.change(id, 'cancel');
    if (refused) return refused;
    // A job does the rest of a large audience.
    if (await this.cancelled.skipSome(id)) await this.queue.enqueueDrive(id);
    else await this.ending.logCancelled(id);
    return this.current(id);
  }

  /**
   * Runs a campaign again.
   * @param requeue requeues deliveries, and returns their number
   */
  async retry(id: string, requeue: Requeue, options: RunOptions = {}): Promise<Result<RetriedCampaign>> {
    let retriedCount = 0;
    const result = await this.run(id, 'retry', async () => {
      const retried = await this.campaigns.retry(id, requeue, options);
      ({ retriedCount } = retried);
      return retried;
    });
    return result.ok ? success({ campaign: result.value, retriedCount }) : result;
  }

  private async run(
    id: string,
    event: Extract<ManualEvent, 'start' | 'resume' | 'retry'>,
    begin: () => Promise<RunResult>,
  ): CampaignResult {
    const refused = await this.unlessRefused(id, event, begin);
    if (refused) return refused;
    await this.queue.enqueueDrive(id);
    return this.current(id, idField(event));
  }

  private change(id: string, event: ManualEvent): Promise<Result<never> | undefined> {
    return this.unlessRefused(id, event, async () => ({ runs: await this.campaigns.transition(id, event) }));
  }

  /**
   * Tries again where the campaign, once it is looked at, would allow what it has refused: somebody else has changed it in
   * between, and nothing that could be said of its status would explain the refusal.
   */
  private async unlessRefused(
    id: string,
    event: ManualEvent,
    attempt: () => Promise<RunResult>,
  ): Promise<Result<never> | undefined> {
    const field = idField(event);
    for (let tries = 0; tries < TRIES; tries += 1) {
      const { runs, otherId }: RunResult = isRowId(id) ? await attempt() : { runs: false };
      if (runs) return undefined;
      const campaign = await this.find(id);
      if (!campaign) return this.notFound(id, field);
      const error = await this.explainRefusal(campaign, event, field, otherId);
      if (error) return refusal(error);
    }
    const message = `Campaign ${id} is being changed by others: look at it, then try again.`;
    return refusal(userError(UserErrorCode.INVALID_STATE, message, field));
  }

  private async check(poll: Poll | null): Promise<CampaignCheck> {
    const { templates, groups } = this;
    return { poll: await readPollTexts(poll, this.polls), now: new Date(), templates, groups };
  }

  /** The result for an idempotency key that was used before. */
  private async existing(input: CreateCampaignInput): Promise<Result<NotificationCampaign> | undefined> {
    if (input.idempotencyKey == null) return undefined;
    const campaign = await this.campaigns.findByIdempotencyKey(input.idempotencyKey);
    if (!campaign) return undefined;
    if (campaign.idempotencyFingerprint === computeFingerprint(input)) return success(campaign);
    const message =
      'This idempotency key was used before with another input: use a new key for another campaign.';
    return refusal(userError(UserErrorCode.IDEMPOTENCY_CONFLICT, message, ['input', 'idempotencyKey']));
  }

  /** @param otherId conflicting campaign of the same poll. @returns undefined if nothing is against it now */
  private async explainRefusal(
    { id, status, plannedAt, topicId }: NotificationCampaign,
    event: ManualEvent,
    field: string[],
    otherId?: string,
  ): Promise<UserError | undefined> {
    const { from } = TRANSITIONS[event];
    const refused = (message: string) => userError(UserErrorCode.INVALID_STATE, message, field);
    if (!from.includes(status)) {
      return refused(`Campaign ${id} is ${status}; ${event} is possible when it is ${from.join(' or ')}.`);
    }
    if (event === 'pause' || event === 'cancel') return undefined;
    if (event === 'retry' && plannedAt === null) {
      return refused(`Campaign ${id} has no deliveries yet: they come when it runs.`);
    }
    const poll = await this.polls.find(topicId);
    const now = new Date();
    if (poll && !isOpen(poll, now)) {
      return isClosed(poll, now)
        ? userError(UserErrorCode.POLL_CLOSED, `Poll ${poll.id} takes no more answers.`, field)
        : refused(`Open poll ${poll.id} first: it is a draft.`);
    }
    if (otherId !== undefined) {
      const message = `${describeOther(otherId)}: resume it if it stopped, wait for its end, cancel it, or allow two reminders with besideAnother.`;
      return userError(UserErrorCode.ANOTHER_CAMPAIGN_RUNS, message, field);
    }
    if (event !== 'retry') return undefined;
    return refused(
      `Campaign ${id} has no deliveries of these statuses and reasons to users who can be reached.`,
    );
  }

  private notFound(id: string, field: string[]): Result<never> {
    return refusal(userError(UserErrorCode.NOT_FOUND, describeMissing('campaign', id), field));
  }

  /** As it now is, or why it cannot be shown: it may have been deleted since. */
  private async current(id: string, field = ['id']): CampaignResult {
    const campaign = await this.campaigns.find(id);
    return campaign ? success(campaign) : this.notFound(id, field);
  }
}
