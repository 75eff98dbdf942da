import { useState } from 'react';
import { useWords } from '../i18n.js';
import { currentToken } from '../session.js';

/** Asks for the one-time address of a file, and has the browser save it. @returns what the API says against it */
async function download(kind: string, id: string): Promise<string | undefined> {
  const response = await fetch('/exports', {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${currentToken() ?? ''}` },
    body: JSON.stringify({ kind, id }),
  });
  const answer = (await response.json()) as { path?: string; errors?: { message: string }[] };
  if (answer.path === undefined) return answer.errors?.[0]?.message ?? response.statusText;
  const link = document.createElement('a');
  link.href = answer.path;
  link.download = '';
  link.click();
  return undefined;
}

/** Saves deliveries of a campaign, or participants or answers of a poll, as CSV. */
export function DownloadButton({
  kind,
  id,
  label,
}: {
  kind: 'deliveries' | 'participants' | 'answers';
  id: string;
  label: string;
}) {
  const { t } = useWords();
  const [problem, setProblem] = useState<string>();
  return (
    <>
      <button
        type="button"
        onClick={() => {
          void download(kind, id)
            .catch(() => t('app.unreachable'))
            .then(setProblem);
        }}
      >
        {label}
      </button>
      {problem !== undefined && (
        <span role="alert" className="problem">
          {problem}
        </span>
      )}
    </>
  );
}
