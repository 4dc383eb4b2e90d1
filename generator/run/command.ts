import { shellWord } from '../base/shellWord.js';
import type { Engine, Pass } from '../description/config.js';
import { formatLayer, type Layer } from '../description/layer.js';
import type { Layout } from '../description/tensors.js';
import type { Cells, MemoryOptions, Simulator } from './simulators/job.js';

/** A run of one pass, as the command line describes it. */
export interface RunDescription {
  /** Preset or file, and what `--set` changes. */
  readonly preset: string;
  readonly sets?: readonly string[];
  readonly layer: Layer;
  readonly pass: Pass;
  readonly engine: Engine;
  readonly seed: number;
  readonly simulator: Simulator;
  /** Default `verilog`. */
  readonly cells?: Cells;
  readonly narrow?: boolean;
  readonly shift?: number;
  /** Order of the axes in the files. */
  readonly layout?: Layout;
  readonly misalign?: number;
  readonly memory?: MemoryOptions;
  /** Files of operands, by the name of their tensor. */
  readonly files?: Readonly<Record<string, string>>;
}

/** Settings of the memory model that `--memory` takes. */
export const MEMORY_KEYS = ['readLatency', 'writeLatency', 'bytesPerCycle', 'stallPercent'] as const;

/** The command that reruns exactly this, with waves. */
export const rerunCommand = (run: RunDescription, waves = 'mismatch.fst'): string => {
  const memory = MEMORY_KEYS.flatMap((key) => (run.memory?.[key] === undefined ? [] : `${key}=${run.memory[key]}`));
  const words = [
    ...['--preset', run.preset],
    ...(run.sets ?? []).flatMap((set) => ['--set', set]),
    ...['--layer', formatLayer(run.layer), '--pass', run.pass, '--engine', run.engine],
    ...Object.entries(run.files ?? {}).flatMap(([name, path]) => [`--${name}`, path]),
    ...(run.layout === undefined ? [] : ['--layout', run.layout]),
    ...['--seed', String(run.seed), '--simulator', run.simulator],
    ...(run.cells === 'c' ? ['--cells', 'c'] : []),
    ...(run.narrow ? ['--narrow'] : []),
    ...(run.shift === undefined ? [] : ['--shift', String(run.shift)]),
    ...(run.misalign ? ['--misalign', String(run.misalign)] : []),
    ...(memory.length > 0 ? ['--memory', memory.join(',')] : []),
    ...['--waves', waves],
  ];
  return `npx bp-im2col run ${words.map(shellWord).join(' ')}`;
};
