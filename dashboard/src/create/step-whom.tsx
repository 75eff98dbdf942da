import { useId } from 'react';
import { useWords } from '../i18n.js';
import { GroupChoice } from '../parts/group-choice.js';
import { describedBy, FieldProblems } from '../parts/problems.js';
import { Table } from '../parts/table.js';
import { TextField } from '../parts/text-field.js';
import { ADDRESSED } from './draft.js';
import type { Preview } from './queries.js';
import type { StepProps } from './step-props.js';
import { Warnings } from './warnings.js';

/** How many would be reminded, and why the others would not. */
function Audience({ preview }: { preview: Preview | undefined }) {
  const { t, number } = useWords();
  if (!preview) return null;
  const excluded = preview.excluded.filter(({ count }) => count > 0);
  return (
    <section className="draft-outcome">
      <p role="status" className="large">
        {t('create.reminds', { count: preview.audienceSize })}
      </p>
      <Warnings of={preview} only={['EMPTY_AUDIENCE', 'MANY_REMINDED_RECENTLY']} />
      {excluded.length > 0 && (
        <Table
          label={t('create.leftOut')}
          rows={excluded}
          keyOf={({ reason }) => reason}
          columns={[
            { label: t('create.leftOut'), cell: ({ reason }) => t(`exclusion.${reason}`) },
            { label: t('create.people'), kind: 'number', cell: ({ count }) => number(count) },
          ]}
        />
      )}
    </section>
  );
}

export function WhomStep({ draft, change, problems, preview, topic }: StepProps) {
  const { t } = useWords();
  const id = useId();
  const messages = problems.at('audience.participation');
  const { participation } = draft;
  return (
    <div className="two-columns">
      <div>
        <fieldset {...describedBy(id, messages)}>
          <legend>{t('create.participation')}</legend>
          {ADDRESSED.map((one) => (
            <label key={one} className="check">
              <input
                type="checkbox"
                checked={participation.includes(one)}
                onChange={(event) => {
                  const isWanted = event.target.checked;
                  change({
                    participation: ADDRESSED.filter((other) =>
                      other === one ? isWanted : participation.includes(other),
                    ),
                  });
                }}
              />
              {t(`participation.${one}`)}
            </label>
          ))}
          <FieldProblems id={id} messages={messages} />
        </fieldset>
        <GroupChoice
          label={t('create.groups')}
          hint={
            topic && topic.groups.length > 0
              ? t('create.groupsOfPoll', { groups: topic.groups.join(', ') })
              : t('create.groupsHint')
          }
          chosen={draft.groups}
          problems={[
            ...problems.at('audience.groups'),
            ...draft.groups.flatMap((_, index) => problems.at(`audience.groups.${index}`)),
          ]}
          onChange={(groups) => {
            change({ groups });
          }}
        />
        <TextField
          label={t('create.hours')}
          hint={t('create.hoursHint')}
          type="number"
          min={1}
          max={8760}
          value={draft.notRemindedForHours}
          problems={problems.at('audience.notRemindedForHours')}
          onChange={(notRemindedForHours) => {
            change({ notRemindedForHours });
          }}
        />
      </div>
      <Audience preview={preview} />
    </div>
  );
}
