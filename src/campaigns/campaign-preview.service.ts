import { codedError } from '../graphql/errors.js';
import { isRowId } from '../graphql/ids.js';
import type { Poll } from '../polls/poll.entity.js';
import { MAX_MESSAGE_CHARACTERS } from '../text/length.js';
import type { AudienceStore } from './audience.store.js';
import { createCampaignErrors, pacingOf, templateOf } from './campaign-input.js';
import { CampaignWarningCode, type CampaignPreview, type CampaignWarning } from './campaign-preview.types.js';
import type { CreateCampaignInput } from './campaign.types.js';
import { chunkCountOf, estimateDurationMs, type PacingPlan } from './estimate.js';
import { renderTemplate } from './template.js';
import { excessiveLength } from './template-check.js';

export interface CampaignDefaults {
  pacing: PacingPlan;
  messagesPerSecond: number;
}

/** Looks at what a campaign would do, and changes nothing. */
export class CampaignPreviewService {
  constructor(
    private readonly audience: AudienceStore,
    private readonly findPoll: (id: string) => Promise<Poll | null>,
    private readonly defaults: CampaignDefaults,
  ) {}

  /** @throws NOT_FOUND for a poll that does not exist: there is nothing to count then */
  async preview(input: CreateCampaignInput): Promise<CampaignPreview> {
    const now = new Date();
    const poll = isRowId(input.topicId) ? await this.findPoll(input.topicId) : null;
    if (!poll) throw codedError('NOT_FOUND', `There is no poll ${input.topicId}.`);
    const userErrors = await createCampaignErrors(input, poll, now);
    const isRefused = (property: string) => userErrors.some(({ field }) => field?.[1] === property);
    const pacing = pacingOf(isRefused('pacing') ? null : input.pacing, this.defaults.pacing);
    const [audienceSize, excluded, [first]] = await Promise.all([
      this.audience.size(poll.id),
      this.audience.exclusions(poll.id),
      this.audience.first(poll.id, 1),
    ]);
    const estimatedDurationMs = estimateDurationMs(audienceSize, pacing, this.defaults.messagesPerSecond);
    const startsAt = input.scheduledFor && input.scheduledFor > now ? input.scheduledFor : now;
    const estimatedFinishAt = new Date(startsAt.getTime() + estimatedDurationMs);
    const finishesBeforePollCloses = poll.closesAt === null || estimatedFinishAt <= poll.closesAt;
    const template = templateOf(input.messageTemplate);
    const values = { firstName: first?.firstName ?? null, pollTitle: poll.title };
    const longest = isRefused('messageTemplate') ? undefined : excessiveLength(template, poll.title);
    return {
      audienceSize,
      excluded,
      chunkCount: chunkCountOf(audienceSize, pacing.chunkSize),
      estimatedDurationMs,
      estimatedFinishAt,
      finishesBeforePollCloses,
      sampleText: isRefused('messageTemplate') ? template : renderTemplate(template, values),
      userErrors,
      warnings: warningsFor({ audienceSize, finishesBeforePollCloses, longest }),
    };
  }
}

interface Findings {
  audienceSize: number;
  finishesBeforePollCloses: boolean;
  /** Characters with the longest name, where those are too many. */
  longest: number | undefined;
}

function warningsFor({ audienceSize, finishesBeforePollCloses, longest }: Findings): CampaignWarning[] {
  const warnings: CampaignWarning[] = [];
  if (longest !== undefined) {
    warnings.push({
      code: CampaignWarningCode.LONG_WITH_LONGEST_NAME,
      message:
        `With the longest name that Telegram allows the message has ${longest} characters; ` +
        `who has such a name does not get more than ${MAX_MESSAGE_CHARACTERS}.`,
    });
  }
  if (!finishesBeforePollCloses) {
    const message = 'The poll closes before the last reminder: whoever is left then is skipped.';
    warnings.push({ code: CampaignWarningCode.ENDS_AFTER_POLL_CLOSES, message });
  }
  if (audienceSize === 0) {
    warnings.push({ code: CampaignWarningCode.EMPTY_AUDIENCE, message: 'There is nobody to remind.' });
  }
  return warnings;
}
