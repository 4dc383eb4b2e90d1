import { randomWords } from '../../generator/compile/workload.js';

/** Seeded draws. */
export class Draw {
  private readonly next: () => number;

  constructor(seed: number) {
    this.next = randomWords(seed >>> 0);
    for (let i = 0; i < 4; i++) this.next(); // neighbouring seeds begin alike
  }

  /** A whole number, both ends included. */
  between(least: number, most: number): number {
    return least + (this.next() % (most - least + 1));
  }

  percent(chance: number): boolean {
    return this.next() % 100 < chance;
  }

  pick<T>(items: readonly T[]): T {
    return items[this.next() % items.length]!;
  }

  /** One of the names, each as often as its share says. */
  weighted<Name extends string>(shares: Readonly<Record<Name, number>>): Name {
    const names = Object.keys(shares) as Name[];
    const total = names.reduce((sum, name) => sum + shares[name], 0);
    let left = this.between(0, total - 1);
    return names.find((name) => {
      left -= shares[name];
      return left < 0;
    })!;
  }
}
