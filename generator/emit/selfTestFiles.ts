import { writeWindow } from '../compile/window.js';
import { PASS_TENSORS } from '../dataflows/loopNest.js';
import type { Config } from '../description/config.js';
import { derive } from '../description/derive.js';
import { formatLayer } from '../description/layer.js';
import { BYTES_PER_INSTRUCTION } from '../isa/program.js';
import { countersOf, registerOffset, snakeCase } from '../isa/registers.js';
import type { EmittedFile } from './rtl.js';
import { makeSelfTest, type SelfTest, type SelfTestRun } from './selfTest.js';
import { render } from './template.js';
import { commonView } from './views/common.js';
import { constantValues } from './views/csr.js';

const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, '0');
const literal = (value: number): string => `32'h${hex(value, 8)}`;
const address = (value: number): string => `0x${hex(value, 8)}`;

/** What the bench does, one line of `script.hex`: kind, offset, value, mask. */
interface Operation {
  readonly kind: 'write' | 'read' | 'interrupt' | 'compare';
  readonly offset?: number;
  readonly value: number;
  readonly mask?: number;
  readonly comment: string;
}

const KINDS = { write: 1, read: 2, interrupt: 3, compare: 4 } as const;

const CTRL_START_WITH_INTERRUPT = 5;
const STATUS_DONE = 2;
/** busy, done, error, cause. */
const STATUS_MASK = 0xff07;
const ALL = 0xffffffff;

/** The run may take several times as long as predicted, as the memory pauses. */
const patience = (config: Config, { plan }: SelfTestRun): number =>
  Math.ceil(10 * plan.cost.cycles + config.buffers.accumulatorDepth + 10_000);

const runOperations = (config: Config, run: SelfTestRun): readonly Operation[] => {
  const { memory, words } = run.plan;
  const window = writeWindow(run.plan);
  const built = new Set(countersOf(config).map(({ name }) => name));
  const write = (name: string, value: number): Operation => ({
    ...{ kind: 'write', offset: registerOffset(config, name), value },
    comment: name.toUpperCase(),
  });
  const writeAddress = (name: string, value: number): readonly Operation[] => [
    write(`${name}_lo`, value),
    ...(config.axi.addressWidth > 32 ? [write(`${name}_hi`, 0)] : []),
  ];
  const read = (name: string, value: number, mask: number = ALL): Operation => ({
    ...{ kind: 'read', offset: registerOffset(config, name), value: (value & mask) >>> 0, mask },
    comment: name.toUpperCase(),
  });
  return [
    ...writeAddress('program', memory.program),
    write('program_count', words.byteLength / BYTES_PER_INSTRUCTION),
    ...writeAddress('window_base', window.base),
    ...writeAddress('window_limit', window.limit),
    write('ctrl', CTRL_START_WITH_INTERRUPT),
    { kind: 'interrupt', value: patience(config, run), comment: 'irq_o, within so many cycles' },
    read('status', STATUS_DONE, STATUS_MASK),
    ...Object.entries(run.counts)
      .filter(([name]) => built.has(name))
      .map(([name, count]: [string, number]) => read(`${snakeCase(name)}_lo`, count)),
    write('status', STATUS_DONE),
    read('status', 0, STATUS_MASK),
    { kind: 'compare', value: memory.output.address, mask: memory.output.bytes, comment: 'address and bytes' },
  ];
};

const operationsOf = (config: Config, { runs }: SelfTest): readonly (Operation | string)[] => {
  const constants = constantValues(config);
  const constant = (name: string): Operation => ({
    ...{ kind: 'read', offset: registerOffset(config, name), value: constants[name]!, mask: ALL },
    comment: name.toUpperCase(),
  });
  return [
    constant('id'),
    constant('config_hash'),
    ...runs.flatMap((run) => [run.title, ...runOperations(config, run)]),
  ];
};

const operationLine = ({ kind, offset = 0, value, mask = 0, comment }: Operation): string =>
  `${KINDS[kind]}_${hex(offset, 3)}_${hex(value, 8)}_${hex(mask, 8)} // ${kind} ${comment}`;

/** Bytes for `$readmemh` into an array of bytes whose first has the address `base`. */
const bytesText = (
  base: number,
  parts: readonly { readonly name: string; readonly address: number; readonly bytes: Uint8Array }[],
): string =>
  parts
    .flatMap(({ name, address, bytes }) => [
      `// ${name}: 0x${hex(address, 8)}, ${bytes.length} bytes`,
      `@${hex(address - base, 1)}`,
      ...Array.from({ length: Math.ceil(bytes.length / 16) }, (_, row) =>
        Array.from(bytes.subarray(16 * row, 16 * row + 16), (byte) => hex(byte, 2)).join(' '),
      ),
    ])
    .map((line) => `${line}\n`)
    .join('');

/** How the bench adds up what it has read: sum · 33 + value, in 32 bits. */
const sumOf = (values: Iterable<number>): number => {
  let sum = 0;
  for (const value of values) sum = (Math.imul(sum, 33) + value) >>> 0;
  return sum;
};

const memorySum = (
  { base, bytes }: SelfTest,
  parts: readonly { readonly address: number; readonly bytes: Uint8Array }[],
): number => {
  const memory = new Uint8Array(bytes);
  for (const part of parts) memory.set(part.bytes, part.address - base);
  return sumOf(memory);
};

/**
 * The self-test as files: a bench that needs nothing but them and the Verilog, images of the memory before and of the
 * results after, what the host does, and a page that says so.
 */
export const selfTestFiles = (config: Config): readonly EmittedFile[] => {
  const test = makeSelfTest(config);
  const { base, bytes, images, layer, runs } = test;
  const lines = operationsOf(config, test);
  const operations = lines.filter((line) => typeof line !== 'string');
  const results = runs.map(({ title, pass, plan, expected }) => ({
    name: `${PASS_TENSORS[pass].output}: ${title}`,
    address: plan.memory.output.address,
    bytes: expected,
  }));
  const name = `${config.prefix}selftest_tb`;
  const view = {
    ...commonView(config),
    bench: name,
    config: config.name,
    layer: formatLayer(layer),
    // Verilator keeps what such wide vectors pass through on the stack, more than the usual 8 MiB
    wide: Math.max(config.array.rows, config.array.columns) > 32,
    addressBits: config.axi.addressWidth,
    beatBytes: derive(config).beatBytes,
    memoryBytes: bytes,
    base: `64'h${hex(base, 16)}`,
    operations: operations.length,
    windowBase: hex(registerOffset(config, 'window_base_lo'), 3),
    windowLimit: hex(registerOffset(config, 'window_limit_lo'), 3),
    memorySum: literal(memorySum(test, images)),
    expectedSum: literal(memorySum(test, results)),
    scriptSum: literal(
      sumOf(operations.flatMap(({ kind, offset = 0, value, mask = 0 }) => [KINDS[kind] * 4096 + offset, value, mask])),
    ),
    first: address(base),
    last: address(base + bytes - 1),
    runs: runs.map(({ title, plan, pass }, index) => {
      const window = writeWindow(plan);
      return {
        ...{ index, title, result: PASS_TENSORS[pass].output },
        program: address(plan.memory.program),
        count: plan.words.byteLength / BYTES_PER_INSTRUCTION,
        windowBase: address(window.base),
        windowLimit: address(window.limit),
        output: address(plan.memory.output.address),
        bytes: plan.memory.output.bytes,
      };
    }),
  };
  const script = lines.map((line) => `${typeof line === 'string' ? `// ${line}` : operationLine(line)}\n`).join('');
  return [
    { path: `selftest/${name}.v`, text: render('selftest/selftest_tb.v', view) },
    { path: 'selftest/memory.hex', text: bytesText(base, images) },
    { path: 'selftest/expected.hex', text: bytesText(base, results) },
    { path: 'selftest/script.hex', text: script },
    { path: 'selftest/README.md', text: render('selftest/README.md', view) },
  ];
};
