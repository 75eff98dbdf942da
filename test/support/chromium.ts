import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { once } from 'node:events';
import WebSocket from 'ws';
import { followProcess, waitForOutput } from './process.js';
import { waitFor } from './wait.js';

interface Answer {
  id: number;
  result?: { result?: { value?: unknown }; exceptionDetails?: { exception?: { description?: string } } };
  error?: { message: string };
}

/** One page of a headless Chromium, led by its DevTools protocol. */
export class BrowserPage {
  private commands = 0;

  private constructor(
    private readonly browser: ChildProcess,
    private readonly socket: WebSocket,
    private readonly profile: string,
  ) {}

  static async open(program: string, url: string): Promise<BrowserPage> {
    const profile = await mkdtemp(join(tmpdir(), 'pollcast-browser-'));
    // The tests may run as root, where Chromium has no sandbox of its own.
    const flags = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'];
    const place = ['--remote-debugging-port=0', `--user-data-dir=${profile}`];
    const browser = spawn(program, [...flags, ...place, url], { stdio: ['ignore', 'pipe', 'pipe'] });
    const [, port = ''] = await waitForOutput(
      followProcess(browser),
      /DevTools listening on ws:\/\/[^:]+:(\d+)/,
    );
    const target = await waitFor('the page', async () => {
      const targets = (await (await fetch(`http://127.0.0.1:${port}/json`)).json()) as {
        type: string;
        webSocketDebuggerUrl: string;
      }[];
      return targets.find(({ type }) => type === 'page');
    });
    const socket = new WebSocket(target.webSocketDebuggerUrl);
    await once(socket, 'open');
    return new BrowserPage(browser, socket, profile);
  }

  /** @returns the value of an expression in the page @throws what it throws there */
  async evaluate(expression: string): Promise<unknown> {
    const id = (this.commands += 1);
    const answered = new Promise<Answer>((resolve) => {
      const listen = (data: WebSocket.RawData): void => {
        const answer = JSON.parse((data as Buffer).toString()) as Answer;
        if (answer.id !== id) return;
        this.socket.off('message', listen);
        resolve(answer);
      };
      this.socket.on('message', listen);
    });
    const params = { expression, awaitPromise: true, returnByValue: true };
    this.socket.send(JSON.stringify({ id, method: 'Runtime.evaluate', params }));
    const { result, error } = await answered;
    if (error) throw new Error(error.message);
    if (result?.exceptionDetails) throw new Error(result.exceptionDetails.exception?.description);
    return result?.result?.value;
  }

  async close(): Promise<void> {
    this.socket.terminate();
    const closed = once(this.browser, 'close');
    this.browser.kill('SIGKILL');
    await closed;
    await rm(this.profile, { recursive: true, force: true, maxRetries: 5 });
  }
}
