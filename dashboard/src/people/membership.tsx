import { useId, useState } from 'react';
import { useWords } from '../i18n.js';
import { Refusals, useAction } from '../parts/action.js';
import { Button } from '../parts/button.js';
import { Dialog } from '../parts/dialog.js';
import { useNotify } from '../parts/notices.js';
import { ADD_TO_GROUP, REMOVE_FROM_GROUP } from './queries.js';

/** Adds people to a group, known or new, or removes them. */
export function MembershipButton({
  userIds,
  groups,
  onDone,
}: {
  userIds: readonly string[];
  groups: readonly string[];
  onDone: () => void;
}) {
  const { t } = useWords();
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <button
        type="button"
        onClick={() => {
          setOpen(true);
        }}
      >
        {t('people.changeGroups')}
      </button>
      {isOpen && (
        <MembershipDialog
          userIds={userIds}
          groups={groups}
          onClose={() => {
            setOpen(false);
          }}
          onDone={onDone}
        />
      )}
    </>
  );
}

function MembershipDialog({
  userIds,
  groups,
  onClose,
  onDone,
}: {
  userIds: readonly string[];
  groups: readonly string[];
  onClose: () => void;
  onDone: () => void;
}) {
  const { t } = useWords();
  const notify = useNotify();
  const [group, setGroup] = useState('');
  const known = useId();
  const add = useAction(ADD_TO_GROUP);
  const remove = useAction(REMOVE_FROM_GROUP);
  async function change(wish: 'add' | 'remove'): Promise<void> {
    const variables = { group, userIds: [...userIds] };
    const payload =
      wish === 'add'
        ? (await add.run(variables))?.addToGroup
        : (await remove.run(variables))?.removeFromGroup;
    if (!payload) return;
    notify(t(wish === 'add' ? 'people.added' : 'people.removed', { count: payload.changedCount, group }));
    onClose();
    onDone();
  }
  const isReady = group.trim() !== '' && !add.busy && !remove.busy;
  return (
    <Dialog title={t('people.changeGroups')} onClose={onClose}>
      <p>{t('people.chosen', { count: userIds.length })}</p>
      <label>
        {t('people.group')}
        <input
          list={known}
          value={group}
          maxLength={100}
          onChange={(event) => {
            setGroup(event.target.value);
          }}
        />
      </label>
      <datalist id={known}>
        {groups.map((name) => (
          <option key={name} value={name} />
        ))}
      </datalist>
      <Refusals of={[...add.refusals, ...remove.refusals]} />
      <div className="actions">
        <Button className="primary" isOff={!isReady} onClick={() => void change('add')}>
          {t('people.add')}
        </Button>
        <Button isOff={!isReady} onClick={() => void change('remove')}>
          {t('people.remove')}
        </Button>
        <button type="button" onClick={onClose}>
          {t('app.cancel')}
        </button>
      </div>
    </Dialog>
  );
}
