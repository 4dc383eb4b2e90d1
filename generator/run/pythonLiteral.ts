/** A Python literal, of those that a .npy header is made of. Dictionaries have strings as keys. */
export type Literal =
  | string
  | number
  | boolean
  | null
  | { readonly kind: 'tuple' | 'list'; readonly items: readonly Literal[] }
  | { readonly kind: 'dict'; readonly entries: ReadonlyMap<string, Literal> };

const DEEPEST = 16;
const WORDS: ReadonlyMap<string, boolean | null> = new Map([
  ['True', true],
  ['False', false],
  ['None', null],
]);

class NoLiteral extends Error {}

class Parser {
  private at = 0;

  constructor(private readonly text: string) {}

  whole(): Literal {
    const value = this.value(0);
    if (this.take(/\s*$/y) === undefined) throw new NoLiteral();
    return value;
  }

  /** What a sticky expression matches here, if it does; passes it. */
  private take(expression: RegExp): string | undefined {
    expression.lastIndex = this.at;
    const [found] = expression.exec(this.text) ?? [];
    if (found !== undefined) this.at += found.length;
    return found;
  }

  private symbol(character: string): boolean {
    this.take(/\s*/y);
    if (this.text[this.at] !== character) return false;
    this.at++;
    return true;
  }

  private value(depth: number): Literal {
    if (depth > DEEPEST) throw new NoLiteral();
    if (this.symbol('{')) return this.dict(depth);
    if (this.symbol('[')) return { kind: 'list', items: this.items(']', depth).items };
    if (this.symbol('(')) {
      const { items, commas } = this.items(')', depth);
      return items.length === 1 && commas === 0 ? items[0]! : { kind: 'tuple', items };
    }
    // Python 2 wrote u'…' and 2L
    const quoted = this.take(/[uU]?(?:'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*")/y);
    if (quoted !== undefined) return quoted.replace(/^[uU]?.|.$/g, '').replace(/\\(.)/g, '$1');
    const digits = this.take(/-?\d+(?=L?\b)/y);
    if (digits !== undefined) {
      this.take(/L/y);
      return Number(digits);
    }
    const word = WORDS.get(this.take(/[A-Za-z]+/y) ?? '');
    if (word === undefined) throw new NoLiteral();
    return word;
  }

  private items(end: string, depth: number): { readonly items: readonly Literal[]; readonly commas: number } {
    const items: Literal[] = [];
    let commas = 0;
    while (!this.symbol(end)) {
      if (items.length > commas) throw new NoLiteral();
      items.push(this.value(depth + 1));
      if (this.symbol(',')) commas++;
    }
    return { items, commas };
  }

  private dict(depth: number): Literal {
    const entries = new Map<string, Literal>();
    let commas = 0;
    while (!this.symbol('}')) {
      const key = entries.size > commas ? undefined : this.value(depth + 1);
      if (typeof key !== 'string' || entries.has(key) || !this.symbol(':')) throw new NoLiteral();
      entries.set(key, this.value(depth + 1));
      if (this.symbol(',')) commas++;
    }
    return { kind: 'dict', entries };
  }
}

/** Reads a Python literal; undefined when the text is none, or has a key twice. */
export const parseLiteral = (text: string): Literal | undefined => {
  try {
    return new Parser(text).whole();
  } catch (error) {
    if (error instanceof NoLiteral) return undefined;
    throw error;
  }
};
