import { refusal, success, userError, UserErrorCode, type Result } from '../kernel/user-error.js';
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
  async create(input: CreateCampaignInput, createdBy: string): CampaignResult {
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
    if (id === undefined) return this.create(input, createdBy);
    if (input.scheduledFor) await this.queue.enqueueDrive(id, input.scheduledFor);
    return success(await this.require(id));
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
      return refusal(explainEditRefusal(await this.require(id), edit));
    }
    if (edit.scheduledFor) await this.queue.enqueueDrive(id, edit.scheduledFor);
    return success(await this.require(id));
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
    if (!(await this.change(id, 'pause'))) return this.explainRefusal(id, 'pause');
    return success(await this.require(id));
  }

  resume(id: string, options: RunOptions = {}): CampaignResult {
    return this.run(id, 'resume', () => this.campaigns.resume(id, options));
  }

  async cancel(id: string): CampaignResult {
    if (!(await this.change(id, 'cancel'))) return this.explainRefusal(id, 'cancel');
    // A job does the rest of a large audience.
    if (await this.cancelled.skipSome(id)) await this.queue.enqueueDrive(id);
    else await this.ending.logCancelled(id);
    return success(await this.require(id));
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
    const { runs, otherId } = isRowId(id) ? await begin() : { runs: false };
    if (!runs) return this.explainRefusal(id, event, otherId);
    await this.queue.enqueueDrive(id);
    return success(await this.require(id));
  }

  private async change(id: string, event: ManualEvent): Promise<boolean> {
    return isRowId(id) && this.campaigns.transition(id, event);
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

  /** @param otherId conflicting campaign of the same poll */
  private async explainRefusal(id: string, event: ManualEvent, otherId?: string): CampaignResult {
    const campaign = await this.find(id);
    const field = [event === 'retry' ? 'campaignId' : 'id'];
    if (!campaign) return this.notFound(id, field);
    const { from } = TRANSITIONS[event];
    if (event === 'retry' && campaign.plannedAt === null && from.includes(campaign.status)) {
      const unplanned = `Campaign ${id} has no deliveries yet: they come when it runs.`;
      return refusal(userError(UserErrorCode.INVALID_STATE, unplanned, field));
    }
    const poll = await this.polls.find(campaign.topicId);
    const now = new Date();
    if (from.includes(campaign.status) && poll && !isOpen(poll, now)) {
      const { id: pollId } = poll;
      return refusal(
        isClosed(poll, now)
          ? userError(UserErrorCode.POLL_CLOSED, `Poll ${pollId} takes no more answers.`, field)
          : userError(UserErrorCode.INVALID_STATE, `Open poll ${pollId} first: it is a draft.`, field),
      );
    }
    if (otherId !== undefined && from.includes(campaign.status)) {
      const message = `${describeOther(otherId)}: wait for its end, cancel it, or allow two reminders with besideAnother.`;
      return refusal(userError(UserErrorCode.ANOTHER_CAMPAIGN_RUNS, message, field));
    }
    if (event === 'retry' && from.includes(campaign.status)) {
      const nothing = `Campaign ${id} has no deliveries of these statuses and reasons to users who can be reached.`;
      return refusal(userError(UserErrorCode.INVALID_STATE, nothing, field));
    }
    const message = `Campaign ${id} is ${campaign.status}; ${event} is possible when it is ${from.join(' or ')}.`;
    return refusal(userError(UserErrorCode.INVALID_STATE, message, field));
  }

  private notFound(id: string, field: string[]): Result<never> {
    return refusal(userError(UserErrorCode.NOT_FOUND, describeMissing('campaign', id), field));
  }

  private async require(id: string): Promise<NotificationCampaign> {
    const campaign = await this.campaigns.find(id);
    if (!campaign) throw new Error(`Campaign ${id} is gone.`);
    return campaign;
  }
}
