import type { Config } from '../../generator/description/config.js';

/**
 * How a proof is found.
 * - `pdr`: unbounded, by property-directed reachability (yosys-abc).
 * - `bounded`: every run of at most `depth` cycles (yosys-abc, bmc3).
 * - `induction`: unbounded; the harness begins at reset or in any state of which it assumes what it asserts of the next `depth - 1` (bmc3).
 */
export type Method = { readonly kind: 'pdr' } | { readonly kind: 'bounded' | 'induction'; readonly depth: number };

/** A fault put into the emitted Verilog, which the proof must find. */
export interface Bug {
  readonly name: string;
  /** Block whose Verilog is changed. */
  readonly block: string;
  /** Text that stands there exactly once, and what it becomes. */
  readonly find: string;
  readonly replace: string;
}

/** One property of one block, or of some together, for every input that the harness allows. */
export interface Proof {
  readonly name: string;
  /** Blocks under proof; those that they use come along. */
  readonly blocks: readonly string[];
  /** One sentence for the table. */
  readonly property: string;
  /** What the proof holds for. */
  readonly bounds: string;
  readonly method: Method;
  /** `tb/formal/<harness>.v`, whose top is `<harness>_formal`. */
  readonly harness: string;
  /** Further files of `tb/formal`. */
  readonly helpers?: readonly string[];
  /** Parameters of the harness. */
  readonly parameters?: Readonly<Record<string, number>>;
  /** tiny4 without it. */
  readonly config?: Config;
  readonly bugs: readonly Bug[];
}

export const methodText = (method: Method): string =>
  method.kind === 'bounded' ? `bounded, ${method.depth} cycles` : `unbounded (${method.kind})`;
