const INTERVAL_MS = 1000;
const PLAIN_INTERVAL_MS = 15_000;

/** Shows that work goes on: one line that changes on a terminal, a line now and then elsewhere. */
export class Progress {
  private readonly begin = performance.now();
  private readonly timer: NodeJS.Timeout;
  private lastPlain = performance.now();

  /** @param text what to show now. */
  constructor(
    private readonly text: () => string,
    private readonly stream: NodeJS.WriteStream = process.stderr,
  ) {
    this.timer = setInterval(() => this.tick(), INTERVAL_MS);
  }

  get seconds(): number {
    return (performance.now() - this.begin) / 1000;
  }

  /** Shows the text now, on a terminal; elsewhere when the last time is long past. */
  tick(): void {
    const line = `${this.text()}  ${Math.round(this.seconds)} s`;
    if (this.stream.isTTY) {
      this.stream.write(`\r\x1b[K${line.slice(0, (this.stream.columns ?? 80) - 1)}`);
      return;
    }
    if (performance.now() - this.lastPlain < PLAIN_INTERVAL_MS) return;
    this.lastPlain = performance.now();
    this.stream.write(`${line}\n`);
  }

  /** A line that stays. */
  say(line: string): void {
    this.stream.write(this.stream.isTTY ? `\r\x1b[K${line}\n` : `${line}\n`);
  }

  end(): void {
    clearInterval(this.timer);
    if (this.stream.isTTY) this.stream.write('\r\x1b[K');
  }
}
