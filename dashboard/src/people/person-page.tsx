import { Link, useLocation, useParams } from 'wouter';
import { useFresh } from '../api.js';
import type { ResultOf } from '../graphql.js';
import { useWords } from '../i18n.js';
import { ConfirmButton, useAction } from '../parts/action.js';
import { Answer } from '../parts/answer.js';
import { Figures } from '../parts/figures.js';
import { Moment } from '../parts/moment.js';
import { useNotify } from '../parts/notices.js';
import { Page } from '../parts/page.js';
import { useMay } from '../viewer.js';
import { MembershipButton } from './membership.js';
import { personName } from '../parts/person-name.js';
import { Participations, Reminders } from './person-history.js';
import { ERASE, GROUPS, PERSON, SET_REMINDERS } from './queries.js';
import { UserStatus } from '../parts/user-status.js';

type Person = NonNullable<ResultOf<typeof PERSON>['telegramUser']>;

function RemindersWanted({ person, onDone }: { person: Person; onDone: () => void }) {
  const { t } = useWords();
  const notify = useNotify();
  const action = useAction(SET_REMINDERS);
  const wanted = person.status === 'OPTED_OUT';
  const name = personName(person);
  return (
    <ConfirmButton
      label={t(wanted ? 'person.optIn' : 'person.optOut')}
      action={action}
      run={async () => {
        const done = await action.run({ userId: person.id, wanted });
        if (!done) return undefined;
        notify(t(wanted ? 'person.optedIn' : 'person.optedOut', { name }));
        onDone();
        return done;
      }}
    >
      <p>{t(wanted ? 'person.optInMeans' : 'person.optOutMeans', { name })}</p>
    </ConfirmButton>
  );
}

function Erase({ person }: { person: Person }) {
  const { t } = useWords();
  const notify = useNotify();
  const [, go] = useLocation();
  const action = useAction(ERASE);
  const name = personName(person);
  return (
    <ConfirmButton
      label={t('person.erase')}
      title={t('person.eraseTitle', { name })}
      danger
      action={action}
      run={async () => {
        const done = await action.run({ id: person.id });
        if (!done) return undefined;
        notify(t('person.erased'));
        go('/people', { replace: true });
        return done;
      }}
    >
      <p>{t('person.eraseMeans')}</p>
    </ConfirmButton>
  );
}

function Facts({ of: person }: { of: Person }) {
  const { t } = useWords();
  const unknown = t('app.unknown');
  return (
    <Figures
      of={[
        { label: t('list.status'), value: <UserStatus of={person.status} /> },
        { label: t('person.telegramId'), value: person.telegramId },
        { label: t('person.username'), value: person.username === null ? unknown : `@${person.username}` },
        { label: t('people.language'), value: person.languageCode ?? unknown },
        { label: t('person.timeZone'), value: person.timeZone ?? unknown },
        {
          label: t('people.groups'),
          value:
            person.groups.length === 0
              ? unknown
              : person.groups.map((group, index) => (
                  <span key={group}>
                    {index > 0 && ', '}
                    <Link href={`/people?${String(new URLSearchParams({ group }))}`}>{group}</Link>
                  </span>
                )),
        },
        { label: t('people.known'), value: <Moment at={person.createdAt} /> },
      ]}
    />
  );
}

/** One person, with what was asked of them and what they did. */
export function PersonPage() {
  const { t } = useWords();
  const may = useMay();
  const { id } = useParams<{ id: string }>();
  const person = useFresh(PERSON, { id });
  const groups = useFresh(GROUPS, {}, { pause: !may('ADMIN') });
  const shown = person.data?.telegramUser;
  if (!shown)
    return (
      <Page title={t(shown === null ? 'person.nobody' : 'people.title')}>
        <Answer of={person}>{() => <Link href="/people">{t('person.toPeople')}</Link>}</Answer>
      </Page>
    );
  return (
    <Page
      title={personName(shown)}
      beside={
        may('ADMIN') && (
          <div className="choices">
            <MembershipButton
              userIds={[shown.id]}
              groups={groups.data?.groups.map(({ name }) => name) ?? []}
              onDone={person.refetch}
            />
            <RemindersWanted person={shown} onDone={person.refetch} />
            <Erase person={shown} />
          </div>
        )
      }
    >
      <Facts of={shown} />
      <Participations id={id} />
      <Reminders id={id} />
    </Page>
  );
}
