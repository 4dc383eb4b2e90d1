/** A place in a Verilog source and what may be put there instead. */
export interface Mutation {
  /** Line, from 1. */
  readonly line: number;
  readonly operator: string;
  readonly before: string;
  readonly after: string;
}

type Edit = { readonly operator: string; readonly at: number; readonly length: number; readonly text: string };

/** Each match of a pattern with what replaces it. */
const swap =
  (operator: string, pattern: RegExp, replace: (match: RegExpMatchArray) => string | undefined) =>
  (code: string): readonly Edit[] =>
    [...code.matchAll(pattern)].flatMap((match) => {
      const text = replace(match);
      return text === undefined ? [] : [{ operator, at: match.index, length: match[0].length, text }];
    });

const COMPARISONS: Readonly<Record<string, string>> = {
  '==': '!=',
  '!=': '==',
  '<': '<=',
  '>': '>=',
  '>=': '>',
  '<=': '<',
};
const ASSIGNMENT = /^(?:.*?(?:\)|\belse|\bbegin|:)\s+|\s*)([a-z]\w*(?:\[[^\]]*\])*)\s*(<=)\s*([^;]*);/;

const comparisons = (code: string): readonly Edit[] => {
  // the first <= of an assignment is none
  const assignment = ASSIGNMENT.exec(code);
  const arrow = assignment ? code.indexOf('<=', code.indexOf(assignment[1]!)) : -1;
  return [...code.matchAll(/(?<= )(==|!=|<=|>=|<|>)(?= )/g)]
    .filter(({ index }) => index !== arrow)
    .map(({ 0: text, index }) => ({
      operator: 'comparison',
      at: index,
      length: text.length,
      text: COMPARISONS[text]!,
    }));
};

/** A sized number and its neighbour, modulo its width. */
const constants = swap('constant', /(\d+)'(d|b|h)([0-9a-f]+)/g, ([, width, base, digits]) => {
  const radix = base === 'd' ? 10 : base === 'b' ? 2 : 16;
  const value = BigInt.asUintN(Number(width), BigInt(Number.parseInt(digits!, radix)) + 1n);
  const text = value.toString(radix);
  return `${width}'${base}${base === 'b' ? text.padStart(digits!.length, '0') : text}`;
});

/** The end of what is bracketed from here on, or -1 where the line ends before. */
const closing = (code: string, from: number, stop: (letter: string, depth: number) => boolean): number => {
  let depth = 0;
  for (let at = from; at < code.length; at++) {
    const letter = code[at]!;
    if (stop(letter, depth)) return at;
    if ('([{'.includes(letter)) depth += 1;
    if (')]}'.includes(letter)) depth -= 1;
    if (depth < 0) return -1;
  }
  return -1;
};

const conditions = (code: string): readonly Edit[] =>
  [...code.matchAll(/\bif \(/g)].flatMap(({ index }) => {
    const from = index + 4;
    const end = closing(code, from, (letter, depth) => letter === ')' && depth === 0);
    if (end < 0) return [];
    return [{ operator: 'negated condition', at: from, length: end - from, text: `!(${code.slice(from, end)})` }];
  });

const arms = (code: string): readonly Edit[] =>
  [...code.matchAll(/ \? /g)].flatMap(({ index }) => {
    const from = index + 3;
    let nested = 0;
    const colon = closing(code, from, (letter, depth) => {
      if (depth > 0) return false;
      if (letter === '?') nested += 1;
      return letter === ':' && nested-- === 0;
    });
    if (colon < 0) return [];
    const end = closing(code, colon + 1, (letter, depth) => depth === 0 && /[;,)}\]]/.test(letter));
    if (end < 0) return [];
    const [first, second] = [code.slice(from, colon).trim(), code.slice(colon + 1, end).trim()];
    return [{ operator: 'swapped arms', at: from, length: end - from, text: `(${second}) : (${first})` }];
  });

const dropped = (code: string): readonly Edit[] => {
  const assignment = ASSIGNMENT.exec(code);
  if (!assignment) return [];
  const [whole, target, , value] = assignment;
  const at = whole!.lastIndexOf(value!);
  return [{ operator: 'dropped assignment', at, length: value!.length, text: target! }];
};

const OPERATORS: readonly ((code: string) => readonly Edit[])[] = [
  comparisons,
  swap('logic', /(?<= )(&&|\|\|)(?= |$)/g, ([text]) => (text === '&&' ? '||' : '&&')),
  swap('bitwise', /(?<= )([&|^])(?= )/g, ([text]) => (text === '&' ? '|' : '&')),
  swap('arithmetic', /(?<=[\w)}\]] )([+-])(?= [\w({~])/g, ([text]) => (text === '+' ? '-' : '+')),
  swap('shift', /(?<= )(<<|>>)(?= )/g, ([text]) => (text === '<<' ? '>>' : '<<')),
  swap('negation removed', /!(?=[\w(|&])/g, () => ''),
  swap('index', /(?<=\w)\[(\d+)\]/g, ([, digits]) => `[${digits === '0' ? 1 : Number(digits) - 1}]`),
  constants,
  conditions,
  arms,
  dropped,
];

/** Lines of the sections that hold checks and what only these use. */
const checkLines = (lines: readonly string[]): ReadonlySet<number> => {
  const found = new Set<number>();
  let section: number[] = [];
  lines.forEach((line, index) => {
    if (/^\s*\/\/ ---/.test(line)) section = [];
    section.push(index);
    if (/^\s*`CHECK/.test(line)) for (const each of section) found.add(each);
  });
  return found;
};

/** The part of a line that may change: from the assignment's right side on where it declares or assigns a wire. */
const startOf = (code: string): number => {
  if (/^\s*(localparam|parameter|genvar|input|output|inout|module|endmodule|function|integer|initial|for)\b/.test(code))
    return -1;
  if (/^\s*`|\$(display|fatal|clog2)|\bbegin :/.test(code)) return -1;
  if (/#\(/.test(code)) return -1; // an instance and its parameters
  if (/^\s*(assign|wire|reg)\b/.test(code)) {
    const equals = code.search(/ = /);
    return equals < 0 ? -1 : equals + 3;
  }
  return 0;
};

/** Every mutation that the operators allow in a Verilog source, in order of lines. */
export const mutationsOf = (source: string): readonly Mutation[] => {
  const mutations: Mutation[] = [];
  let header = false;
  const lines = source.split('\n');
  const checks = checkLines(lines);
  lines.forEach((line, index) => {
    if (/^module\b/.test(line)) header = true;
    const skipped = header || checks.has(index);
    if (header && /^\);/.test(line)) header = false;
    if (skipped) return;
    const code = line.replace(/\s*(\/\/.*|\/\*.*\*\/\s*)$/, '');
    const from = startOf(code);
    if (from < 0 || code.trim() === '') return;
    const seen = new Set<string>();
    for (const operator of OPERATORS) {
      for (const { operator: name, at, length, text } of operator(code)) {
        const after = code.slice(0, at) + text + code.slice(at + length);
        if (at < from || after === code || seen.has(after)) continue;
        seen.add(after);
        mutations.push({ line: index + 1, operator: name, before: code, after });
      }
    }
  });
  return mutations;
};

/** The source with a mutation applied. */
export const mutate = (source: string, { line, before, after }: Mutation): string =>
  source
    .split('\n')
    .map((text, index) => (index === line - 1 ? text.replace(before, () => after) : text))
    .join('\n');

/** The same mutation in another configuration's text of the block, when the line stands there as often; else nothing. */
export const transfer = (from: string, to: string, mutation: Mutation): Mutation | undefined => {
  const places = (source: string): readonly number[] =>
    source
      .split('\n')
      .flatMap((line, index) => (line.replace(/\s*(\/\/.*)$/, '') === mutation.before ? [index + 1] : []));
  const here = places(from);
  const there = places(to);
  const nth = here.indexOf(mutation.line);
  return nth < 0 || here.length !== there.length ? undefined : { ...mutation, line: there[nth]! };
};
