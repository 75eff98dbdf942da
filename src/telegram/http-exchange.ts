import type { Dispatcher } from 'undici';

export interface HttpRequest {
  path: string;
  body: string;
  /** Time limit of the answer, from when the request is written to a socket. */
  timeoutMs: number;
  signal?: AbortSignal;
  /** Asked right before the request is written: it may have waited for a connection, or the process been frozen. */
  mayLeave?: () => boolean;
}

/** Headers have arrived; `body` is undefined if the rest has not. */
export interface HttpAnswer {
  status: number;
  retryAfter: string | undefined;
  body: string | undefined;
}

/** No status has arrived. `isWritten`: the request may have reached the server. */
export class HttpError extends Error {
  override readonly name = 'HttpError';

  constructor(
    readonly code: string,
    readonly isWritten: boolean,
  ) {
    super(code);
  }
}

const TIMEOUT = 'TIMEOUT';
const ABORTED = 'ABORTED';

/**
 * One request and its answer. undici calls `onRequestStart` right before it writes to a socket, so waiting for a connection
 * does not count towards the timeout.
 */
export class HttpExchange implements Dispatcher.DispatchHandler {
  readonly answer: Promise<HttpAnswer>;
  private finish: (result: HttpAnswer | HttpError) => void = () => undefined;
  private controller: Dispatcher.DispatchController | undefined;
  private timer: NodeJS.Timeout | undefined;
  private status: number | undefined;
  private retryAfter: string | undefined;
  private readonly chunks: Buffer[] = [];
  private isOver = false;

  constructor(private readonly request: HttpRequest) {
    const { signal } = request;
    const onAbort = () => {
      this.giveUp(ABORTED);
    };
    this.answer = new Promise((resolve, reject) => {
      this.finish = (result) => {
        if (this.isOver) return;
        this.isOver = true;
        clearTimeout(this.timer);
        signal?.removeEventListener('abort', onAbort);
        if (result instanceof HttpError) reject(result);
        else resolve(result);
      };
    });
    signal?.addEventListener('abort', onAbort, { once: true });
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    if (this.request.mayLeave?.() === false) this.fail(ABORTED);
    if (this.isOver) {
      controller.abort(new HttpError(ABORTED, false));
      return;
    }
    this.controller = controller;
    this.timer = setTimeout(() => {
      this.giveUp(TIMEOUT);
    }, this.request.timeoutMs).unref();
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: Record<string, string | string[] | undefined>,
  ): void {
    this.status = status;
    this.retryAfter = [headers['retry-after']].flat()[0];
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.chunks.push(chunk);
  }

  onResponseEnd(): void {
    this.end(Buffer.concat(this.chunks).toString('utf8'));
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    const { code } = error as { code?: unknown };
    this.fail(typeof code === 'string' ? code : 'UNKNOWN');
  }

  private giveUp(code: string): void {
    this.fail(code);
    this.controller?.abort(new HttpError(code, true));
  }

  /** A status that has arrived is enough, with or without the body. */
  private fail(code: string): void {
    if (this.status === undefined || this.status < 300)
      this.finish(new HttpError(code, this.controller !== undefined));
    else this.end(undefined);
  }

  private end(body: string | undefined): void {
    this.finish({ status: this.status ?? 0, retryAfter: this.retryAfter, body });
  }
}
