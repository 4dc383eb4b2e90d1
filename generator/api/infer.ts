import type { CompiledNetwork } from '../compile/network/compiled.js';
import { compileNetwork } from '../compile/network/index.js';
import type { Config, Engine } from '../description/config.js';
import { forward } from '../golden/graph/forward.js';
import type { Values } from '../golden/graph/rule.js';
import { networkBounds, relativeError } from '../golden/graph/whole.js';
import type { Graph } from '../graph/operations.js';
import { knownPlans } from '../run/network/knownPlans.js';
import { modelMachine } from '../run/network/machine.js';
import { initialMemory } from '../run/network/memory.js';
import { type Checked, checkingMachine } from '../run/network/rtl.js';
import { runForward } from '../run/network/train.js';
import type { Cells } from '../run/simulators/job.js';

/** An inference of one batch. */
export interface InferOptions {
  readonly config: Config;
  readonly engine?: Engine;
  readonly graph: Graph;
  /** By name, [B][H][W][C]. */
  readonly inputs: ReadonlyMap<string, Values>;
  /** rtl: on the simulator, and all memory compared with the model. */
  readonly on: 'model' | 'rtl';
  /** What the cells of the RTL are. Default `verilog`. */
  readonly cells?: Cells;
  readonly seed: number;
  /** Whether float64 says how far the results are off; for large networks that takes its time. */
  readonly judge: boolean;
}

export interface Inference {
  readonly compiled: CompiledNetwork;
  /** By name, [B][H][W][C]. */
  readonly outputs: ReadonlyMap<string, Float32Array>;
  /** √(Σ (result − float64)² / Σ float64²), and what it may be. */
  readonly error?: { readonly value: number; readonly bound: number };
  readonly rtl?: Checked;
}

/**
 * Runs a network forward: on the bit-exact model, or also on the RTL, with every byte of memory compared.
 * @throws UserError for a network that does not compile.
 */
export const infer = async (options: InferOptions): Promise<Inference> => {
  const { config, engine, graph, inputs, on, cells, seed, judge } = options;
  const compiled = compileNetwork(config, graph, {
    known: knownPlans(config),
    ...(engine === undefined ? {} : { engine }),
  });
  const memory = initialMemory(compiled, graph);
  let rtl: Checked | undefined;
  const checking = checkingMachine(
    config,
    (checked) => {
      rtl = checked;
    },
    { seed, cells },
  );
  const outputs = await runForward(on === 'rtl' ? checking : modelMachine(config), compiled, memory, inputs);
  await checking.settled();
  const whole = judge ? forward(graph, inputs) : undefined;
  const expected = whole && new Map(graph.outputs.map((name) => [name, whole.get(name)!]));
  const error = expected && { value: relativeError(outputs, expected), bound: networkBounds(graph).tensors };
  return { compiled, outputs, ...(error ? { error } : {}), ...(rtl ? { rtl } : {}) };
};
