import { isBotOfInstallation } from './own-bot.js';

/**
 * What a chunk takes of the installation's capacity: the messages that it sends within the time limit ($5 milliseconds) at
 * its own pace. One that waits for its interval takes next to nothing, however many recipients it holds.
 */
const SHARE = `least(campaign.chunk_size, $5::double precision / nullif(campaign.send_interval_ms, 0))`;

/**
 * Claims one chunk that is due: of the campaign with the fewest running chunks, so that a small campaign does not
 * wait for a large one. No more run at once than can end within the time limit at the installation's rate ($2 messages,
 * by their shares); the first chunk of a campaign runs all the same. Only chunks count that have been due for $4
 * milliseconds; $3 is the key of the session that will hold the lease, $6 the bot.
 */
export const CLAIM_DUE_CHUNK = `
  WITH running AS (
    SELECT campaign_id, count(*) AS chunks, count(*) * min(${SHARE}) AS share
    FROM campaign_chunk JOIN notification_campaign campaign ON campaign.id = campaign_id
    WHERE state = 'RUNNING' GROUP BY campaign_id
  ), candidate AS (
    SELECT chunk.campaign_id, chunk.number
    FROM campaign_chunk chunk
    JOIN notification_campaign campaign ON campaign.id = chunk.campaign_id AND campaign.status = 'PROCESSING'
    LEFT JOIN running USING (campaign_id)
    WHERE chunk.state = 'WAITING' AND chunk.due_at <= statement_timestamp() - $4 * interval '1 millisecond'
      AND ${isBotOfInstallation('$6')}
      AND (running.chunks IS NULL
        OR (SELECT sum(share) FROM running) + ${SHARE} <= $2::double precision)
    ORDER BY coalesce(running.chunks, 0), chunk.due_at, chunk.campaign_id, chunk.number
    LIMIT 1
    FOR UPDATE OF chunk SKIP LOCKED
  ), counted AS (
    SELECT candidate.*, (
      SELECT count(*)::integer FROM delivery
      WHERE delivery.campaign_id = candidate.campaign_id AND delivery.chunk_number = candidate.number
        AND delivery.status = 'PENDING') AS remaining
    FROM candidate
  ), claimed AS (
    UPDATE campaign_chunk chunk SET
      state = 'RUNNING',
      lease_token = lease.token,
      lease_expires_at = clock_timestamp() + $1 * interval '1 millisecond',
      holder_key = $3,
      held_lease = lease.token,
      attempts = CASE WHEN counted.remaining < chunk.remaining_at_claim THEN 1 ELSE chunk.attempts + 1 END,
      remaining_at_claim = counted.remaining
    FROM counted, (SELECT gen_random_uuid() AS token) lease
    WHERE chunk.campaign_id = counted.campaign_id AND chunk.number = counted.number
    RETURNING chunk.campaign_id, chunk.number, chunk.lease_token, counted.remaining
  )
  SELECT claimed.campaign_id AS "campaignId", claimed.number, claimed.lease_token AS "leaseToken", claimed.remaining,
    poll.id AS "pollId", poll.title AS "pollTitle", campaign.message_template AS "messageTemplate",
    campaign.button_text AS "buttonText", campaign.send_interval_ms AS "sendIntervalMs",
    campaign.content_version AS "contentVersion"
  FROM claimed
  JOIN notification_campaign campaign ON campaign.id = claimed.campaign_id
  JOIN poll ON poll.id = campaign.topic_id
`;

/** A job that found no room to run its chunk is gone, rightly: who finishes a chunk goes on with the next. */
export const CHUNKS_WITHOUT_JOB = `
  WITH running AS (
    SELECT coalesce(sum(${SHARE}), 0) AS share
    FROM campaign_chunk busy JOIN notification_campaign campaign ON campaign.id = busy.campaign_id
    WHERE busy.state = 'RUNNING'
  )
  SELECT chunk.campaign_id AS "campaignId", chunk.number, chunk.due_at AS "dueAt"
  FROM campaign_chunk chunk JOIN notification_campaign campaign ON campaign.id = chunk.campaign_id
  WHERE campaign.status = 'PROCESSING' AND chunk.state = 'WAITING' AND chunk.due_at IS NOT NULL
    AND ($1::bigint IS NULL OR chunk.campaign_id = $1)
    AND (chunk.enqueued_at IS NULL OR (
      greatest(chunk.enqueued_at, chunk.due_at) < clock_timestamp() - $2 * interval '1 millisecond'
      AND ${SHARE} + (SELECT share FROM running) <= greatest(${SHARE}, $3::double precision)))
  ORDER BY chunk.due_at, chunk.campaign_id, chunk.number
  LIMIT $4
`;
