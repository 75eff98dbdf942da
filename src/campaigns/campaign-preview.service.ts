import { CodedError } from '../kernel/errors.js';
import { describeMissing, isRowId } from '../kernel/ids.js';
import type { GroupService } from '../groups/group.service.js';
import type { AudienceScope } from './audience-scope.js';
import type { AudienceStore, Exclusion, Reminded } from './audience.store.js';
import {
  choosePacing,
  chooseTexts,
  createCampaignErrors,
  readPollTexts,
  type CampaignDefaults,
} from './campaign-input.js';
import {
  CampaignWarningCode,
  ExclusionReason,
  type CampaignPreview,
  type CampaignWarning,
} from './campaign-preview.types.js';
import { chooseAudience, type StoredAudience } from './campaign-audience.types.js';
import type { CreateCampaignInput } from './campaign.types.js';
import { countChunks, estimateDurationMs } from './estimate.js';
import { describeOther } from './other-campaigns.store.js';
import type { CampaignPolls } from './ports.js';
import type { SampleService } from './sample.service.js';
import type { TemplateCheck } from './template-check.js';

export interface PreviewDefaults extends CampaignDefaults {
  messagesPerSecond: number;
}

/** The last one of four digits for the year, which is what clients can read. */
const LAST_INSTANT = Date.parse('9999-12-31T23:59:59.999Z');

/** Previews what a campaign would do, without changing anything. */
export class CampaignPreviewService {
  constructor(
    private readonly audience: AudienceStore,
    private readonly polls: CampaignPolls,
    private readonly findRunning: (pollId: string) => Promise<string | undefined>,
    private readonly isSandbox: () => Promise<boolean>,
    private readonly templates: TemplateCheck,
    private readonly samples: SampleService,
    private readonly groups: GroupService,
    private readonly defaults: PreviewDefaults,
  ) {}

  private async scope(pollId: string, { participation, groups }: StoredAudience): Promise<AudienceScope> {
    const campaignGroups = groups.length > 0 ? await this.groups.knownIds(groups) : null;
    return this.audience.scope(pollId, { campaignGroups, participation });
  }

  /**
   * @param options.namesRecipient whether the sample is written to the first recipient; otherwise to nobody
   * @throws NOT_FOUND for an unknown poll, for which there is nothing to count
   */
  async preview(input: CreateCampaignInput, { namesRecipient = true } = {}): Promise<CampaignPreview> {
    const now = new Date();
    const poll = isRowId(input.topicId) ? await this.polls.find(input.topicId) : null;
    if (!poll) throw new CodedError('NOT_FOUND', describeMissing('poll', input.topicId));
    const check = {
      poll: await readPollTexts(poll, this.polls),
      now,
      templates: this.templates,
      groups: this.groups,
    };
    const userErrors = await createCampaignErrors(input, poll, check);
    const isRefused = (property: string) => userErrors.some(({ field }) => field?.[1] === property);
    const pacing = choosePacing(isRefused('pacing') ? null : input.pacing, this.defaults.pacing);
    const audience = chooseAudience(isRefused('audience') ? null : input.audience);
    const notForHours = audience.notRemindedForHours;
    const scope = await this.scope(poll.id, audience);
    const [{ size, exclusions }, reminded, [first], otherId, isSandbox] = await Promise.all([
      this.audience.survey(scope),
      this.audience.reminded(scope, notForHours),
      this.audience.first(scope, 1, notForHours),
      this.findRunning(poll.id),
      this.isSandbox(),
    ]);
    const audienceSize = size - reminded.tooLately;
    const estimatedDurationMs = estimateDurationMs(audienceSize, pacing, this.defaults.messagesPerSecond);
    const startsAt = input.scheduledFor && input.scheduledFor > now ? input.scheduledFor : now;
    const estimatedFinishAt = new Date(Math.min(startsAt.getTime() + estimatedDurationMs, LAST_INSTANT));
    const finishesBeforePollCloses = poll.closesAt === null || estimatedFinishAt <= poll.closesAt;
    const content = chooseTexts(input, this.defaults);
    const { messageTemplate, asksFirstQuestion } = content;
    const isTextRefused = ['messageTemplate', 'translations', 'buttonText', 'asksFirstQuestion'].some(
      isRefused,
    );
    const samples = isTextRefused
      ? []
      : await this.samples.write(poll, content, namesRecipient ? first?.id : undefined);
    const longest = isTextRefused
      ? undefined
      : this.templates.excessiveLength(messageTemplate, check.poll, asksFirstQuestion);
    return {
      audienceSize,
      excluded: withReminded(exclusions, reminded),
      remindedRecently: reminded.lately,
      chunkCount: countChunks(audienceSize, pacing.chunkSize),
      estimatedDurationMs,
      estimatedFinishAt,
      finishesBeforePollCloses,
      sampleText: samples[0]?.text ?? messageTemplate,
      samples: samples.slice(1),
      userErrors,
      warnings: warningsFor({
        isSandbox,
        otherId,
        audienceSize,
        remindedRecently: reminded.lately,
        finishesBeforePollCloses,
        longest,
        maxCharacters: this.templates.maxCharacters,
      }),
    };
  }
}

function withReminded(exclusions: Exclusion[], { tooLately }: Reminded): Exclusion[] {
  if (tooLately === 0) return exclusions;
  return [...exclusions, { reason: ExclusionReason.REMINDED_RECENTLY, count: tooLately }];
}

/** Share of recently reminded users from which on the preview warns. */
const MANY = 0.1;

interface Findings {
  isSandbox: boolean;
  /** Another campaign of the poll with pending recipients. */
  otherId: string | undefined;
  audienceSize: number;
  remindedRecently: number;
  finishesBeforePollCloses: boolean;
  /** Characters with the longest name, if that is too many. */
  longest: number | undefined;
  maxCharacters: number;
}

function warningsFor(findings: Findings): CampaignWarning[] {
  const { isSandbox, otherId, audienceSize, remindedRecently, finishesBeforePollCloses, longest } = findings;
  const warnings: CampaignWarning[] = [];
  if (isSandbox) {
    const message = 'The built-in sandbox takes the messages: nothing is sent. Set BOT_TOKEN to send them.';
    warnings.push({ code: CampaignWarningCode.SANDBOX, message });
  }
  if (otherId !== undefined) {
    const message = `${describeOther(otherId)}: this one does not start beside it unless besideAnother allows that.`;
    warnings.push({ code: CampaignWarningCode.ANOTHER_CAMPAIGN_RUNS, message });
  }
  if (remindedRecently > 0 && remindedRecently >= MANY * audienceSize) {
    const message =
      `${remindedRecently} of ${audienceSize} were reminded of this poll within the last 24 hours; ` +
      'audience.notRemindedForHours leaves them out.';
    warnings.push({ code: CampaignWarningCode.MANY_REMINDED_RECENTLY, message });
  }
  if (longest !== undefined) {
    warnings.push({
      code: CampaignWarningCode.LONG_WITH_LONGEST_NAME,
      message:
        `With the longest name that Telegram allows the message has ${longest} characters; ` +
        `users with such a name do not get more than ${findings.maxCharacters}.`,
    });
  }
  if (!finishesBeforePollCloses) {
    const message = 'The poll closes before the last reminder. Recipients left then are skipped.';
    warnings.push({ code: CampaignWarningCode.ENDS_AFTER_POLL_CLOSES, message });
  }
  if (audienceSize === 0) {
    warnings.push({ code: CampaignWarningCode.EMPTY_AUDIENCE, message: 'There is nobody to remind.' });
  }
  return warnings;
}
