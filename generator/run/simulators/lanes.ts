import { codeKey } from './code.js';

/** A file of the C++ that Verilator made: its name, and its text. */
export interface MadeFile {
  readonly name: string;
  readonly text: string;
}

/** Changes with this module's code: for keys of what it makes. */
export const lanesKey = (): string => codeKey(import.meta.url);

/** The C++ is not what this module knows of Verilator's. */
class Unknown extends Error {}

const expect = (condition: boolean, what: string): void => {
  if (!condition) throw new Unknown(what);
};

/** Loops over cells become vector instructions, of what the processor has that the simulator runs on. */
const VECTORS = `#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)
#pragma GCC optimize("O3,allow-store-data-races")
#define FOR_EACH_PROCESSOR __attribute__((target_clones("arch=x86-64-v4", "avx2", "default")))
#else
#define FOR_EACH_PROCESSOR
#endif
`;

/** Lanes are computed so many at a time. A block holds cells with the same functions only; what is left of its lanes belongs to no cell. */
const BLOCK = 16;

const FIELD = /^\s*(?:[CSI]Data\/\*\d+:\d+\*\/ (\w+);|VL_(?:IN|OUT)(?:8|16)?\((\w+),\d+,\d+\);)$/;

/** What a cell calls of Verilator's, but for plain functions of words. */
const OTHER = /\bVL_(?!EXTENDS_II\(|MULS_III\()/;

/** One call of a function of a cell, in the order of the text. */
interface Call {
  readonly method: string;
  readonly cell: string;
}

/** How many lanes of each block are there. */
const perBlock = (lanes: Iterable<number>): ReadonlyMap<number, number> => {
  const counts = new Map<number, number>();
  for (const lane of lanes) {
    const block = Math.floor(lane / BLOCK);
    counts.set(block, (counts.get(block) ?? 0) + 1);
  }
  return counts;
};

/** Functions of cells one behind the other, as loops over lanes: each cell's own order is kept, and cells know nothing of each other. */
const loops = (calls: readonly Call[], laneOf: ReadonlyMap<string, number>): string => {
  const all = perBlock(laneOf.values());
  const turns = new Map<string, number>();
  const wanted = new Map<string, number[]>();
  for (const { method, cell } of calls) {
    const turn = turns.get(cell) ?? 0;
    turns.set(cell, turn + 1);
    const key = `${String(turn).padStart(4, '0')} ${method}`;
    wanted.set(key, [...(wanted.get(key) ?? []), laneOf.get(cell)!]);
  }
  const lines: string[] = [];
  for (const [key, numbers] of [...wanted].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const counts = perBlock(numbers);
    for (const [block, count] of counts) expect(count === all.get(block), `block of ${key}`);
    const blocks = [...counts.keys()].sort((a, b) => a - b);
    for (let from = 0; from < blocks.length; ) {
      let to = from + 1;
      while (to < blocks.length && blocks[to] === blocks[to - 1]! + 1) to++;
      lines.push(`        ${key.slice(5)}_lanes(${blocks[from]! * BLOCK}, ${(blocks[to - 1]! + 1) * BLOCK});`);
      from = to;
    }
  }
  return `${lines.join('\n')}\n`;
};

/**
 * The cells of the array in lanes: what Verilator made for one cell becomes a loop over all of them, each of its variables an array, so that the
 * C++ compiler makes vector instructions of it. What is computed stays Verilator's, expression by expression.
 * @param made what Verilator 5 wrote for the model `Vtop`.
 * @param module its name of the cell's module, which it must not have inlined.
 * @returns the files to overwrite; undefined where the C++ is not as expected, and is best compiled as it is.
 */
export const inLanes = (made: readonly MadeFile[], module: string): readonly MadeFile[] | undefined => {
  try {
    return changed(made, `Vtop_${module}`);
  } catch (error) {
    if (error instanceof Unknown) return undefined;
    throw error;
  }
};

const changed = (made: readonly MadeFile[], type: string): readonly MadeFile[] => {
  const text = (name: string): string => {
    const found = made.find((file) => file.name === name);
    expect(found !== undefined, name);
    return found!.text;
  };
  const isOfCell = (name: string): boolean => name.startsWith(`${type}__`) || name === `${type}.h`;

  // 1. the variables of a cell, and the cells
  const header = text(`${type}.h`);
  const [, before = '', declarations = '', after = ''] =
    /^([\s\S]*\/\/ DESIGN SPECIFIC STATE\n)([\s\S]*?)(\n *\/\/ INTERNAL VARIABLES\n[\s\S]*)$/.exec(header) ?? [];
  const fields = declarations
    .split('\n')
    .filter((line) => !/^\s*(\/\/.*|struct \{|\};|)$/.test(line))
    .map((line) => {
      const [, own, port] = FIELD.exec(line) ?? [];
      expect(own !== undefined || port !== undefined, line);
      return own ?? port!;
    });
  expect(fields.length > 0, 'fields');
  const known = new Set(fields);
  const cells = [...text('Vtop__Syms.h').matchAll(new RegExp(`^    ${type} +(\\w+);$`, 'gm'))].map(([, name]) => name!);
  expect(cells.length > 1, 'cells');

  // 2. lanes in such an order that functions find theirs side by side
  const call = new RegExp(`(${type}___\\w+)\\(\\(&vlSymsp->(\\w+)\\)\\);`, 'g');
  const isFast = (name: string): boolean => /^Vtop___024root__DepSet_\w+?__\d+\.cpp$/.test(name);
  const methodsOf = new Map<string, string[]>(cells.map((cell) => [cell, []]));
  for (const { text: source } of made.filter(({ name }) => isFast(name)))
    for (const [, method, cell] of source.matchAll(call)) {
      expect(methodsOf.has(cell!), cell!);
      methodsOf.get(cell!)!.push(method!);
    }
  const rank = (cell: string): string => [...methodsOf.get(cell)!].reverse().join();
  const order = [...cells].sort((a, b) => (rank(a) === rank(b) ? 0 : rank(a) < rank(b) ? -1 : 1));
  const laneOf = new Map<string, number>();
  let lanesUsed = 0;
  order.forEach((cell, i) => {
    if (i > 0 && rank(cell) !== rank(order[i - 1]!)) lanesUsed = Math.ceil(lanesUsed / BLOCK) * BLOCK;
    laneOf.set(cell, lanesUsed++);
  });
  lanesUsed = Math.ceil(lanesUsed / BLOCK) * BLOCK;

  // 3. every text that names a variable of a cell
  const inRoot = (source: string): string =>
    source.replace(/(?:vlSymsp->)?\b(TOP__\w+)\s*\.\s*(\w+)/g, (all, cell: string, field: string) => {
      const lane = laneOf.get(cell);
      if (lane === undefined || field === '__Vconfigure') return all;
      expect(known.has(field), field);
      return `vlLanes.${field}[${lane}]`;
    });
  const inCell = (source: string, lane: string): string =>
    source.replace(/vlSelf->(\w+)/g, (all, field: string) => {
      if (field === 'vlSymsp') return all;
      expect(known.has(field), field);
      return `vlLanes.${field}[${lane}]`;
    });
  const inLoops = (source: string): string =>
    source.replace(new RegExp(`(?:^ *${call.source}\\n)+`, 'gm'), (run) =>
      loops(
        [...run.matchAll(call)].map(([, method, cell]) => ({ method: method!, cell: cell! })),
        laneOf,
      ),
    );
  const methods: string[] = [];
  const loopOf = (source: string): string =>
    source.replace(
      new RegExp(`^VL_INLINE_OPT void (${type}___\\w+)\\(${type}\\* vlSelf\\) \\{\\n([\\s\\S]*?)^\\}\\n`, 'gm'),
      (one: string, method: string, body: string) => {
        methods.push(method);
        const [head = '', statements = '', ...more] = body.split('    // Body\n');
        expect(
          more.length === 0 && statements !== '' && !/vlSymsp|Verilated/.test(statements) && !OTHER.test(statements),
          method,
        );
        const locals = head.split('    // Init\n')[1] ?? '';
        expect(!/vlSelf|vlSymsp|Data(?!\/\*)/.test(locals), method);
        const wide = locals.replace(/\b[CS]Data\//g, 'IData/');
        return `${inCell(one, 'vlSelf->vlLane')}\nFOR_EACH_PROCESSOR void ${method}_lanes(unsigned first, unsigned end) {\n#pragma GCC ivdep\n    for (unsigned lane = first; lane < end; lane++) {\n${wide}${inCell(statements, 'lane')}    }\n}\n`;
      },
    );
  const result = made.map(({ name, text: source }): MadeFile => {
    if (name === `${type}.h`) return { name, text: source };
    if (name === 'Vtop__Syms.cpp') {
      const constructed = /^ {4}, (TOP__\w+)\{this, (Verilated::catName\(namep, "[^"]*"\))\}$/gm;
      let count = 0;
      const numbered = source.replace(constructed, (all, cell: string, path: string) => {
        const lane = laneOf.get(cell);
        if (lane === undefined) return all;
        count++;
        return `    , ${cell}{this, ${path}, ${lane}}`;
      });
      expect(count === cells.length, 'constructors');
      return { name, text: inRoot(numbered) };
    }
    if (name === `${type}__Slow.cpp`) {
      const numbered = source
        .replace(`(Vtop__Syms* symsp, const char* v__name)`, `(Vtop__Syms* symsp, const char* v__name, unsigned lane)`)
        .replace('    , vlSymsp{symsp}\n', '    , vlSymsp{symsp}\n    , vlLane{lane}\n')
        .replace(/\n\n(?=void )/, `\n\n${type}_lanes vlLanes;\n\n`);
      expect(/vlLane\{lane\}/.test(numbered) && numbered.includes(`${type}_lanes vlLanes;`), name);
      return { name, text: numbered };
    }
    if (isOfCell(name) && name.endsWith('__Slow.cpp')) return { name, text: inCell(source, 'vlSelf->vlLane') };
    if (isOfCell(name)) {
      const text = loopOf(source);
      return { name, text: text.replace(/(#include "Vtop_\w+\.h"\n)/, `$1\n${VECTORS}`) };
    }
    if (isFast(name)) return { name, text: inLoops(inRoot(source)) };
    if (name.endsWith('.cpp')) return { name, text: inRoot(source) };
    return { name, text: source };
  });

  // 4. the header last, as it names the loops
  expect(methods.length > 0, 'methods');
  const lanes = [
    `struct ${type}_lanes {`,
    ...fields.map((field) => `    alignas(64) IData ${field}[${lanesUsed}];`),
    '};',
    `extern ${type}_lanes vlLanes;`,
    ...methods.map((method) => `void ${method}_lanes(unsigned first, unsigned end);`),
    '',
  ].join('\n');
  const ofCell = `${type}(Vtop__Syms* symsp, const char* v__name);`;
  expect(after.includes(ofCell), ofCell);
  const own = `${before.replace(`class ${type} final`, `${lanes}\nclass ${type} final`)}${after
    .replace('    Vtop__Syms* const vlSymsp;\n', '    Vtop__Syms* const vlSymsp;\n    const unsigned vlLane;\n')
    .replace(ofCell, ofCell.replace(')', ', unsigned lane)'))}`;
  expect(own.includes(`struct ${type}_lanes`) && own.includes('vlLane;'), 'class');
  const files = result.map((file) => (file.name === `${type}.h` ? { name: file.name, text: own } : file));
  return files.filter(({ name, text: source }) => text(name) !== source);
};
