import { useId, useState } from 'react';
import { useFresh } from '../api.js';
import { graphql } from '../graphql.js';
import { useWords } from '../i18n.js';
import { Answer } from './answer.js';
import { describedBy, FieldProblems } from './problems.js';

const GROUPS = graphql(`
  query GroupsToChoose {
    groups {
      name
      memberCount
    }
  }
`);

/** From so many groups on, a field narrows the list down. */
const MANY = 12;

function same(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}

/** Groups to tick; none means everybody. */
export function GroupChoice({
  label,
  hint,
  chosen,
  problems = [],
  onChange,
}: {
  label: string;
  hint: string;
  chosen: readonly string[];
  problems?: readonly string[];
  onChange: (chosen: string[]) => void;
}) {
  const { t, number } = useWords();
  const [narrowed, setNarrowed] = useState('');
  const groups = useFresh(GROUPS, {});
  const id = useId();
  return (
    <fieldset className="form-field" {...describedBy(id, problems)}>
      <legend>{label}</legend>
      <span className="quiet">{hint}</span>
      <Answer of={groups}>
        {({ groups: all }) => {
          // A name from an address, of which there is no group any more, can still be taken out.
          const gone = chosen.filter((name) => !all.some((group) => same(group.name, name)));
          const known = [...gone.map((name) => ({ name, memberCount: 0 })), ...all];
          const shown = known.filter(({ name }) => name.toLowerCase().includes(narrowed.toLowerCase()));
          if (known.length === 0) return <p className="quiet">{t('groups.none')}</p>;
          return (
            <>
              {all.length > MANY && (
                <label>
                  {t('groups.narrow')}
                  <input
                    type="search"
                    value={narrowed}
                    onChange={(event) => {
                      setNarrowed(event.target.value);
                    }}
                  />
                </label>
              )}
              <div className="ticks">
                {shown.map(({ name, memberCount }) => {
                  const isChosen = chosen.some((other) => same(other, name));
                  return (
                    <label key={name} className="check">
                      <input
                        type="checkbox"
                        checked={isChosen}
                        onChange={() => {
                          onChange(
                            isChosen ? chosen.filter((other) => !same(other, name)) : [...chosen, name],
                          );
                        }}
                      />
                      {name} <span className="quiet">{number(memberCount)}</span>
                    </label>
                  );
                })}
              </div>
            </>
          );
        }}
      </Answer>
      <FieldProblems id={id} messages={problems} />
    </fieldset>
  );
}
