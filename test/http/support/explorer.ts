export const APOLLO = 'https://studio.apollographql.com';

/** The page of the explorer, as a browser asks for it. */
export async function openExplorer(url: string): Promise<{ status: number; body: string; policy: string }> {
  const response = await fetch(`${url}/graphql`, { headers: { accept: 'text/html,*/*' } });
  const policy = response.headers.get('content-security-policy') ?? '';
  return { status: response.status, body: await response.text(), policy };
}

/** What a browser asks before a page of Apollo may ask for anything. */
export function preflight(url: string): Promise<Response> {
  return fetch(`${url}/graphql`, {
    method: 'OPTIONS',
    headers: {
      origin: APOLLO,
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'authorization,content-type',
      'access-control-request-private-network': 'true',
    },
  });
}
