import { useId } from 'react';
import { useWords } from '../../i18n.js';
import { Page } from '../../parts/page.js';
import { useMay } from '../../viewer.js';
import { PeopleNav } from '../people-nav.js';
import { Outcome } from './outcome.js';
import { useImport } from './use-import.js';

const EXAMPLE =
  'id,username,firstName,lastName,languageCode,timeZone,groups\n4200001,anna_k,Anna,,en,Europe/Lisbon,Sales|Staff';

/** Imports a file of people, after a dry run has said what it would do. */
export function ImportPage() {
  const { t, number } = useWords();
  const may = useMay();
  const hint = useId();
  const { state, choose, start, stop } = useImport();
  const { file, dryRun, real, created, updated, refusal } = state;
  if (!may('ADMIN'))
    return (
      <Page title={t('import.title')}>
        <p className="empty">{t('app.forbidden')}</p>
      </Page>
    );
  const isReady = dryRun?.state === 'done' && dryRun.accepted > 0 && real === undefined;
  return (
    <Page title={t('import.title')}>
      <PeopleNav />
      <div id={hint}>
        <p>{t('import.hint')}</p>
        <pre>{EXAMPLE}</pre>
      </div>
      <label>
        {t('import.file')}
        <input
          type="file"
          accept=".csv,.tsv,.txt,text/csv"
          aria-describedby={hint}
          disabled={real?.state === 'running'}
          onChange={(event) => {
            choose(event.target.files?.[0]);
          }}
        />
      </label>
      {dryRun && !real && <Outcome title={t('import.dryRun')} of={dryRun} />}
      {real && (
        <Outcome title={t('import.import')} of={real}>
          <p>{t('import.counts', { created: number(created), updated: number(updated) })}</p>
        </Outcome>
      )}
      {refusal !== undefined && (
        <p role="alert" className="problem">
          {refusal}
        </p>
      )}
      <div className="actions">
        {isReady && (
          <button type="button" className="primary" onClick={start}>
            {t('import.start', { count: dryRun.accepted })}
          </button>
        )}
        {(dryRun?.state === 'running' || real?.state === 'running') && (
          <button type="button" onClick={stop}>
            {t('import.stop')}
          </button>
        )}
        {file && real?.state === 'stopped' && (
          <button type="button" onClick={start}>
            {t('import.again')}
          </button>
        )}
      </div>
    </Page>
  );
}
