import { type Problem, problemOf } from '../../base/errors.js';
import type { Answer, RequestKind, Requests } from '../protocol.js';

/** What is wrong with what a worker was asked. */
export class Refused extends Error {
  override readonly name = 'Refused';

  constructor(readonly problems: readonly Problem[]) {
    super(problems.map(({ message }) => message).join('; '));
  }
}

/** The worker that asks were given to has been ended before it answered. */
export class Ended extends Error {
  override readonly name = 'Ended';
}

let address: string | undefined;

const startWorker = (): Worker => {
  // the script of the workers stands in the page as text
  address ??= URL.createObjectURL(
    new Blob([document.getElementById('worker')!.textContent ?? ''], { type: 'text/javascript' }),
  );
  return new Worker(address);
};

interface Waiting {
  readonly resolve: (answer: never) => void;
  readonly reject: (error: Error) => void;
}

/** A worker that is asked one thing at a time. It is started when it is first asked. */
export class Line {
  private worker: Worker | undefined;
  private waiting: Waiting | undefined;
  private id = 0;

  get isBusy(): boolean {
    return this.waiting !== undefined;
  }

  /** @throws Refused, or Ended. */
  ask<K extends RequestKind>(kind: K, ask: Requests[K]['ask']): Promise<Requests[K]['answer']> {
    if (this.isBusy) throw new Error('the worker is busy');
    if (!this.worker) {
      this.worker = startWorker();
      this.worker.onmessage = ({ data }: { readonly data: Answer }) => this.answered(data);
      this.worker.onerror = ({ message }) => this.failed(message || 'the browser starts no worker');
    }
    this.worker.postMessage({ id: ++this.id, kind, ask });
    return new Promise((resolve, reject) => {
      this.waiting = { resolve, reject };
    });
  }

  /** Ends what the worker is at; it is started anew for what comes next. */
  end(): void {
    this.worker?.terminate();
    this.worker = undefined;
    const { waiting } = this;
    this.waiting = undefined;
    waiting?.reject(new Ended());
  }

  /** What the worker did not answer is a fault; another one is started for what comes next. */
  private failed(message: string): void {
    const { waiting } = this;
    this.waiting = undefined;
    this.end();
    waiting?.reject(new Refused([problemOf(message, 'bp-im2col')]));
  }

  private answered(data: Answer): void {
    const waiting = this.waiting!;
    this.waiting = undefined;
    if ('problems' in data) waiting.reject(new Refused(data.problems));
    else waiting.resolve(data.answer as never);
  }
}

interface Job {
  readonly line: (line: Line) => Promise<unknown>;
  readonly resolve: (answer: never) => void;
  readonly reject: (error: unknown) => void;
}

/** Several workers for what takes long. */
export class Pool {
  private readonly lines: readonly Line[];
  private queue: Job[] = [];

  constructor(size: number) {
    this.lines = Array.from({ length: size }, () => new Line());
  }

  /** @throws Refused, or Ended. */
  ask<K extends RequestKind>(kind: K, ask: Requests[K]['ask']): Promise<Requests[K]['answer']> {
    return new Promise((resolve, reject) => {
      this.queue.push({ line: (line) => line.ask(kind, ask), resolve, reject });
      this.serve();
    });
  }

  /** Ends all that was asked. */
  end(): void {
    const { queue } = this;
    this.queue = [];
    for (const { reject } of queue) reject(new Ended());
    for (const line of this.lines) if (line.isBusy) line.end();
  }

  private serve(): void {
    const line = this.lines.find(({ isBusy }) => !isBusy);
    const job = line && this.queue.shift();
    if (!job) return;
    job.line(line).then(
      (answer) => {
        job.resolve(answer as never);
        this.serve();
      },
      (error: unknown) => {
        job.reject(error);
        this.serve();
      },
    );
  }
}
