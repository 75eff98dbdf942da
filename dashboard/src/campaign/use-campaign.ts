import { useState } from 'react';
import { useFresh, useLive, type Fresh } from '../api.js';
import type { ResultOf } from '../graphql.js';
import { CAMPAIGN, CHANGES, PROGRESS, type CampaignState } from './queries.js';
import { addSample, type Sample } from './rate.js';

/** Whether its progress is at an end, so that only a change of the campaign begins it again. */
function isOver({ status, pendingUsers }: CampaignState): boolean {
  if (status === 'CANCELLED') return pendingUsers === 0;
  return status === 'COMPLETED' || status === 'FAILED';
}

/** Later states have later times; of the same time an event counts, which is followed by the next one. */
function newer<State extends CampaignState>(
  read: State | null | undefined,
  event: State | undefined,
): State | null | undefined {
  if (!read || !event) return read === null ? null : (event ?? read);
  return read.updatedAt > event.updatedAt ? read : event;
}

export interface FollowedCampaign {
  answer: Fresh<ResultOf<typeof CAMPAIGN>>;
  /** As the last event says it is; null if there is none of this id. */
  campaign: CampaignState | null | undefined;
  isDeleted: boolean;
  /** How fast it sent, as the events told since the page is open. */
  samples: readonly Sample[];
}

/** A campaign as it is now, also when it is started or retried after its end. */
export function useCampaign(id: string): FollowedCampaign {
  const answer = useFresh(CAMPAIGN, { id });
  const [event, setEvent] = useState<CampaignState>();
  const [samples, setSamples] = useState<readonly Sample[]>([]);
  const [isDeleted, setDeleted] = useState(false);
  const campaign = newer(answer.data?.campaign, event);
  function take(next: CampaignState): void {
    setEvent((before) => (before && before.updatedAt > next.updatedAt ? before : next));
  }
  useLive(
    PROGRESS,
    { id },
    {
      pause: !campaign || isDeleted || isOver(campaign),
      onLoss: answer.reread,
      onEvent: ({ campaignProgress: { at, campaign: next } }) => {
        take(next);
        const rate = next.status === 'PROCESSING' ? next.messagesPerSecond : null;
        setSamples((before) => addSample(before, { at: Date.parse(at), sent: next.sentUsers, rate }));
      },
    },
  );
  useLive(
    CHANGES,
    { pollId: campaign?.topic.id ?? '' },
    {
      pause: !campaign || isDeleted,
      onLoss: answer.reread,
      onEvent: ({ campaignsChanged: { campaign: changed, deletedId } }) => {
        if (deletedId === id) setDeleted(true);
        if (changed?.id === id) take(changed);
      },
    },
  );
  return { answer, campaign, isDeleted, samples };
}
