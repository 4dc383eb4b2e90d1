import { readFileSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { makeFolder } from '../generator/base/makeFolder.js';
import { writeOutput } from '../generator/base/outputFile.js';
import { packageRoot } from '../generator/base/paths.js';
import { discard, temporaryFolder } from '../generator/base/processes.js';
import { EXIT, type ExitCode } from '../generator/cli/context.js';
import { makePlan } from '../generator/compile/plan.js';
import { planImages, randomOperands } from '../generator/compile/workload.js';
import { parseLayer } from '../generator/description/layer.js';
import { presets } from '../generator/description/presets.js';
import { registerOffset } from '../generator/isa/registers.js';
import { hostScript } from '../generator/run/runPass.js';
import { simulate } from '../generator/run/simulate.js';
import type { HostOperation } from '../generator/run/simulators/job.js';
import { type Row, renderWaves, type Span, type WaveJson, waveJson } from './diagrams/draw.js';
import { sampleVcd, type Trace } from './diagrams/vcd.js';
import { runScript } from './script.js';
import { parseWords } from './words.js';

/** Where the diagrams lie: `<name>.json` for WaveDrom, and its drawing. */
export const DIAGRAMS = join(packageRoot, 'docs', 'timing');

const config = presets.tiny4;
const row = (signal: string, valid?: string): Row => ({ signal, valid });
const write: readonly Row[] = [
  row('s_axil_awvalid'),
  row('s_axil_awready'),
  row('s_axil_awaddr', 's_axil_awvalid'),
  row('s_axil_wvalid'),
  row('s_axil_wready'),
  row('s_axil_wdata', 's_axil_wvalid'),
  row('s_axil_bvalid'),
  row('s_axil_bready'),
];
const read: readonly Row[] = [
  row('s_axil_arvalid'),
  row('s_axil_arready'),
  row('s_axil_araddr', 's_axil_arvalid'),
  row('s_axil_rvalid'),
  row('s_axil_rready'),
  row('s_axil_rdata', 's_axil_rvalid'),
];
const burst: readonly Row[] = [
  row('m_axi_arvalid'),
  row('m_axi_arready'),
  row('m_axi_araddr', 'm_axi_arvalid'),
  row('m_axi_arlen', 'm_axi_arvalid'),
  row('m_axi_rvalid'),
  row('m_axi_rready'),
  { signal: 'm_axi_rdata', valid: 'm_axi_rvalid', beats: true },
  row('m_axi_rlast', 'm_axi_rvalid'),
];

/** What the diagrams show of the top: ports, and one wire inside. */
const signals = [
  ...new Set([...write, ...read, ...burst].map(({ signal }) => signal)),
  'm_axi_bvalid',
  'irq_o',
  'busy',
];

const operation = {
  write: (name: string, value: number): HostOperation => ({
    kind: 'write',
    offset: registerOffset(config, name),
    value,
  }),
  read: (name: string): HostOperation => ({ kind: 'read', offset: registerOffset(config, name) }),
};

/** A run with its interrupt acknowledged, then one that a soft reset ends, in Icarus. */
const trace = async (): Promise<Trace> => {
  const layer = parseLayer('C=4,H=4,W=4,N=4,K=3,S=2,P=1');
  const plan = makePlan(config, layer, 'dgrad', 'zerofree', { base: 0x1000 });
  const { output } = plan.memory;
  const setup = hostScript(config, plan, 20_000);
  const irq = setup.findIndex(({ kind }) => kind === 'irq');
  const folder = temporaryFolder('bpi-diagrams-');
  try {
    const waves = join(folder, 'trace.vcd');
    await simulate(
      config,
      {
        images: planImages(plan, randomOperands(config, layer, 'dgrad', 1)).map(({ base, bytes }) => ({
          address: BigInt(base),
          bytes,
        })),
        script: [
          ...setup.slice(0, irq + 1),
          { kind: 'wait', cycles: 4 },
          operation.read('status'),
          operation.write('status', 2),
          { kind: 'wait', cycles: 8 },
          operation.write('ctrl', 5),
          { kind: 'wait', cycles: 55 },
          operation.write('ctrl', 2),
          { kind: 'poll', offset: registerOffset(config, 'status'), mask: 1, value: 0, maxCycles: 1000 },
        ],
        dumps: [],
        allowedWrites: [{ address: BigInt(output.address), bytes: output.bytes }],
        memory: { readLatency: 6, writeLatency: 4 },
        waves,
      },
      { simulator: 'icarus' },
    );
    return sampleVcd(readFileSync(waves, 'utf8'), 'tb.dut', 'aclk', signals);
  } finally {
    discard(folder);
  }
};

/** The diagrams of the integration guide, by name, as the RTL behaves now. */
export const drawDiagrams = async (): Promise<ReadonlyMap<string, WaveJson>> => {
  const run = await trace();
  const is = (signal: string, cycle: number, value = 1): boolean => run.value(signal, cycle) === value;
  const find = (from: number, wanted: (cycle: number) => boolean): number => {
    for (let cycle = from; cycle < run.cycles; cycle++) if (wanted(cycle)) return cycle;
    throw new Error('the trace does not show what a diagram is about');
  };
  const ctrl = registerOffset(config, 'ctrl');
  const writesCtrl = (value: number) => (cycle: number) =>
    is('s_axil_awvalid', cycle) && is('s_axil_awaddr', cycle, ctrl) && is('s_axil_wdata', cycle, value);

  const start = find(0, writesCtrl(5));
  const fetch = find(start, (cycle) => is('m_axi_arvalid', cycle));

  // a burst that comes alone: nothing else is owed when it is asked for
  const owed: number[] = [];
  for (let cycle = 0, bursts = 0; cycle < run.cycles; cycle++) {
    owed.push(bursts);
    if (is('m_axi_arvalid', cycle) && is('m_axi_arready', cycle)) bursts += 1;
    if (is('m_axi_rvalid', cycle) && is('m_axi_rready', cycle) && is('m_axi_rlast', cycle)) bursts -= 1;
  }
  const request = find(fetch + 1, (cycle) => is('m_axi_arvalid', cycle) && owed[cycle] === 0);
  const length = run.value('m_axi_arlen', request)!;
  const lastBeat = find(request, (cycle) => is('m_axi_rvalid', cycle) && is('m_axi_rlast', cycle));

  const rises = find(start, (cycle) => is('irq_o', cycle));
  const falls = find(rises, (cycle) => !is('irq_o', cycle));
  let lastResponse = rises;
  while (!is('m_axi_bvalid', lastResponse)) lastResponse -= 1;

  const reset = find(falls, writesCtrl(2));
  const idle = find(reset + 3, (cycle) => !is('busy', cycle));
  const lastOwed = find(reset, (cycle) => is('m_axi_rlast', cycle) && is('m_axi_rvalid', cycle) && owed[cycle] === 1);
  const spans = (...wanted: readonly Span[]): readonly Span[] => wanted;

  return new Map([
    [
      'start',
      waveJson(
        run,
        'A register write: CTRL.start, and the first fetch of the program',
        [
          ['registers', write],
          ['core', [row('busy')]],
          ['memory', burst.slice(0, 4)],
        ],
        spans([start - 1, fetch + 2]),
      ),
    ],
    [
      'interrupt',
      waveJson(
        run,
        'The interrupt: STATUS is read, then done is cleared',
        [
          ['core', [row('m_axi_bvalid'), row('busy'), row('irq_o')]],
          ['read', read],
          ['write', write],
        ],
        spans([lastResponse - 1, falls + 1]),
      ),
    ],
    [
      'read-burst',
      waveJson(
        run,
        `AXI4 reads: two bursts are asked for; the first one, of ${length + 1} beats, comes`,
        [['memory', burst]],
        spans([request - 1, request + 10], [lastBeat - 3, lastBeat]),
      ),
    ],
    [
      'reset',
      waveJson(
        run,
        'A soft reset: no new request; the beats that are owed are taken; then the core is cleared',
        [
          ['registers', write.slice(0, 7)],
          ['core', [row('busy')]],
          ['memory', [...burst.slice(0, 2), ...burst.slice(4, 6), burst[7]!]],
        ],
        spans([reset - 2, reset + 7], [lastOwed - 3, lastOwed + 2], [idle - 2, idle + 2]),
      ),
    ],
  ]);
};

/** Writes every diagram and its drawing. */
const main = async (args: readonly string[]): Promise<ExitCode> => {
  parseWords('diagrams', args, (command) =>
    command.description('runs the RTL and draws the timing diagrams of the integration guide anew, in docs/timing'),
  );
  makeFolder(DIAGRAMS);
  for (const [name, diagram] of await drawDiagrams()) {
    const files = { json: `${JSON.stringify(diagram, null, 2)}\n`, svg: renderWaves(diagram) };
    for (const [kind, text] of Object.entries(files)) {
      writeOutput('diagram', join(DIAGRAMS, `${name}.${kind}`), Buffer.from(text));
    }
  }
  return EXIT.ok;
};

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) await runScript(main);
