import { useFresh } from '../api.js';
import type { VariablesOf } from '../graphql.js';
import { useWords } from '../i18n.js';
import { Answer } from '../parts/answer.js';
import { Moment } from '../parts/moment.js';
import { useSay } from '../parts/say.js';
import { CAMPAIGN_INPUT, PREVIEW } from './action-queries.js';

/** Whom the campaign would remind if it started now, and until when. */
export function StartPreview({ id }: { id: string }) {
  const answer = useFresh(CAMPAIGN_INPUT, { id });
  return (
    <Answer of={answer}>
      {({ campaign }) => {
        if (campaign === null) return null;
        const { topic, ...input } = campaign;
        return <Preview input={{ ...input, topicId: topic.id }} />;
      }}
    </Answer>
  );
}

function Preview({ input }: VariablesOf<typeof PREVIEW>) {
  const { t, number } = useWords();
  const say = useSay();
  const answer = useFresh(PREVIEW, { input });
  return (
    <Answer of={answer}>
      {({ campaignPreview: { audienceSize, estimatedFinishAt, excluded, warnings, userErrors } }) => (
        <>
          <p>
            <b>{t('campaign.startMeans', { count: audienceSize })}</b>{' '}
            {audienceSize > 0 && (
              <>
                {t('campaign.startUntil')} <Moment at={estimatedFinishAt} />
              </>
            )}
          </p>
          {excluded.length > 0 && (
            <>
              <p>{t('campaign.startExcludes')}</p>
              <ul>
                {excluded.map(({ reason, count }) => (
                  <li key={reason}>
                    {t(`exclusion.${reason}`)}: <b>{number(count)}</b>
                  </li>
                ))}
              </ul>
            </>
          )}
          {warnings.length + userErrors.length > 0 && (
            <ul className="warnings">
              {warnings.map(({ code }) => (
                <li key={code}>{t(`warning.${code}`)}</li>
              ))}
              {userErrors.map((error) => (
                <li key={error.message}>{say(error)}</li>
              ))}
            </ul>
          )}
        </>
      )}
    </Answer>
  );
}
