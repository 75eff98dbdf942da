import { useId, useState } from 'react';
import { useFresh } from '../api.js';
import { useWords } from '../i18n.js';
import { Answer } from '../parts/answer.js';
import { Moment } from '../parts/moment.js';
import { describedBy, FieldProblems } from '../parts/problems.js';
import { SearchField } from '../parts/search-field.js';
import { TextField } from '../parts/text-field.js';
import { TOPICS } from './queries.js';
import type { StepProps } from './step-props.js';

interface Offered {
  id: string;
  title: string;
  closesAt: string | null;
  participantCount: number;
  completedCount: number;
}

function About({ of: { closesAt, participantCount, completedCount } }: { of: Offered }) {
  const { t, number } = useWords();
  return (
    <span className="quiet">
      {t('create.completedOf', { done: number(completedCount), all: number(participantCount) })}
      {closesAt !== null && (
        <>
          {' · '}
          {t('create.closes')} <Moment at={closesAt} />
        </>
      )}
    </span>
  );
}

/** Open polls to choose from; the chosen one stays, also when the search does not find it. */
function Topics({ draft, change, problems, topic }: StepProps) {
  const { t } = useWords();
  const [title, setTitle] = useState('');
  const polls = useFresh(TOPICS, { title: title.trim() || null });
  const id = useId();
  const messages = problems.at('topicId');
  return (
    <fieldset {...describedBy(id, messages)}>
      <legend>{t('create.whichPoll')}</legend>
      <SearchField label={t('create.searchPolls')} value={title} onChange={setTitle} />
      <Answer of={polls}>
        {({ polls: { nodes, totalCount } }) => {
          const isElsewhere = topic !== undefined && !nodes.some((node) => node.id === topic.id);
          const shown: Offered[] = isElsewhere ? [topic, ...nodes] : nodes;
          return (
            <>
              {shown.length === 0 && (
                <p className="quiet">{t(title === '' ? 'create.noOpenPoll' : 'create.noPollFound')}</p>
              )}
              <div className="options">
                {shown.map((poll) => (
                  <label key={poll.id} className="check">
                    <input
                      type="radio"
                      name="topic"
                      checked={draft.topicId === poll.id}
                      onChange={() => {
                        change({ topicId: poll.id });
                      }}
                    />
                    <span>
                      <b>{poll.title}</b> <About of={poll} />
                    </span>
                  </label>
                ))}
              </div>
              {totalCount > nodes.length && (
                <p className="quiet">{t('create.morePolls', { count: totalCount - nodes.length })}</p>
              )}
            </>
          );
        }}
      </Answer>
      <FieldProblems id={id} messages={messages} />
    </fieldset>
  );
}

export function PollStep({ isFixed, ...props }: StepProps & { isFixed: boolean }) {
  const { t } = useWords();
  const { draft, change, problems, topic } = props;
  return (
    <>
      {isFixed ? (
        topic && (
          <p>
            <b>{topic.title}</b> <About of={topic} />
          </p>
        )
      ) : (
        <Topics {...props} />
      )}
      <TextField
        label={t('create.name')}
        hint={t('create.nameHint')}
        value={draft.name}
        problems={problems.at('name')}
        onChange={(name) => {
          change({ name });
        }}
      />
    </>
  );
}
