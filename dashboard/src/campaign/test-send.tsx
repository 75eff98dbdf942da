import { useState } from 'react';
import { useFresh } from '../api.js';
import { useWords } from '../i18n.js';
import { ConfirmButton, useAction } from '../parts/action.js';
import { Answer } from '../parts/answer.js';
import { useNotify } from '../parts/notices.js';
import { SearchField } from '../parts/search-field.js';
import { SEND_TEST } from '../campaign-parts/queries.js';
import { TEST_PEOPLE, type Person } from './action-queries.js';
import { personName } from '../parts/person-name.js';

/** Sends the reminder to one person, beside the ledger. */
export function TestSend({ id }: { id: string }) {
  const { t } = useWords();
  const notify = useNotify();
  const [person, choose] = useState<Person>();
  const send = useAction(SEND_TEST);
  return (
    <ConfirmButton
      label={t('campaign.test')}
      title={t('campaign.testTitle')}
      isReady={person !== undefined}
      action={{
        ...send,
        reset: () => {
          choose(undefined);
          send.reset();
        },
      }}
      run={async () => {
        const done = await send.run({ id, userId: person?.id ?? '' });
        if (done) notify(t('campaign.testDone'));
        return done;
      }}
    >
      <p>{t('campaign.testMeans')}</p>
      <PersonChoice chosen={person} onChoose={choose} />
    </ConfirmButton>
  );
}

function PersonChoice({
  chosen,
  onChoose,
}: {
  chosen: Person | undefined;
  onChoose: (person: Person) => void;
}) {
  const { t } = useWords();
  const [search, setSearch] = useState('');
  const wanted = search.trim();
  const answer = useFresh(TEST_PEOPLE, { filter: wanted === '' ? null : { search: wanted } });
  return (
    <>
      <SearchField label={t('campaign.testSearch')} value={search} onChange={setSearch} />
      <Answer of={answer}>
        {({ telegramUsers: { nodes } }) => (
          <fieldset className="people">
            <legend>{t('campaign.person')}</legend>
            {nodes.length === 0 && <p className="quiet">{t('campaign.testNobody')}</p>}
            {withChosen(nodes, chosen).map((person) => (
              <label key={person.id} className="check">
                <input
                  type="radio"
                  name="person"
                  checked={chosen?.id === person.id}
                  onChange={() => {
                    onChoose(person);
                  }}
                />
                <span>
                  {personName(person)}{' '}
                  <span className="quiet">
                    {person.username === null ? person.telegramId : `@${person.username}`}
                    {person.status !== 'ACTIVE' && ` · ${t(`userStatus.${person.status}`)}`}
                  </span>
                </span>
              </label>
            ))}
          </fieldset>
        )}
      </Answer>
    </>
  );
}

/** Who is chosen stays in sight, whatever is searched for. */
function withChosen(found: readonly Person[], chosen: Person | undefined): readonly Person[] {
  if (chosen === undefined || found.some(({ id }) => id === chosen.id)) return found;
  return [...found, chosen];
}
