import { useState } from 'react';
import { useFresh } from '../api.js';
import { SEND_TEST } from '../campaign-parts/queries.js';
import { useWords } from '../i18n.js';
import { Refusals, useAction } from '../parts/action.js';
import { Answer } from '../parts/answer.js';
import { Button } from '../parts/button.js';
import { useNotify } from '../parts/notices.js';
import { personName } from '../parts/person-name.js';
import { SearchField } from '../parts/search-field.js';
import { Table } from '../parts/table.js';
import { PEOPLE_TO_TRY } from './queries.js';

/** Sends the reminder to single people, before everybody gets it. */
export function TestStep({ campaignId, canSend }: { campaignId: string; canSend: boolean }) {
  const { t } = useWords();
  const [search, setSearch] = useState('');
  const wanted = search.trim();
  const people = useFresh(PEOPLE_TO_TRY, { search: wanted }, { pause: wanted === '' });
  const test = useAction(SEND_TEST);
  const notify = useNotify();
  return (
    <>
      <p className="quiet">{t('create.testHint')}</p>
      <SearchField label={t('create.searchPeople')} value={search} onChange={setSearch} />
      <Refusals of={test.refusals} />
      {wanted !== '' && (
        <Answer of={people}>
          {({ telegramUsers: { nodes } }) =>
            nodes.length === 0 ? (
              <p className="quiet">{t('create.nobodyFound')}</p>
            ) : (
              <Table
                label={t('create.people')}
                rows={nodes}
                keyOf={({ id }) => id}
                columns={[
                  {
                    label: t('create.person'),
                    cell: (person) => (
                      <>
                        <b>{personName(person)}</b>{' '}
                        <span className="quiet">
                          {person.username === null ? person.telegramId : `@${person.username}`}
                        </span>
                      </>
                    ),
                  },
                  {
                    label: t('create.language'),
                    cell: ({ languageCode }) => languageCode ?? t('app.unknown'),
                  },
                  {
                    label: t('create.testAction'),
                    cell: (person) => (
                      <Button
                        isOff={test.busy || !canSend}
                        aria-label={t('create.testTo', { name: personName(person) })}
                        onClick={() => {
                          void test.run({ id: campaignId, userId: person.id }).then((done) => {
                            if (done) notify(t('create.tested', { name: personName(person) }));
                          });
                        }}
                      >
                        {t('create.testSend')}
                      </Button>
                    ),
                  },
                ]}
              />
            )
          }
        </Answer>
      )}
    </>
  );
}
