import type { Activity } from '../../machine/activity.js';

/** What the host does over AXI4-Lite, in order. */
export type HostOperation =
  | { readonly kind: 'write'; readonly offset: number; readonly value: number }
  | { readonly kind: 'read'; readonly offset: number }
  /** Waits for `irq_o`. */
  | { readonly kind: 'irq'; readonly maxCycles: number }
  | { readonly kind: 'wait'; readonly cycles: number }
  /** Reads until `(value read & mask) == value`. */
  | {
      readonly kind: 'poll';
      readonly offset: number;
      readonly mask: number;
      readonly value: number;
      readonly maxCycles: number;
    };

export type Response = 'OKAY' | 'EXOKAY' | 'SLVERR' | 'DECERR';

export const RESPONSES: readonly Response[] = ['OKAY', 'EXOKAY', 'SLVERR', 'DECERR'];

export interface MemoryRange {
  readonly address: bigint;
  readonly bytes: number;
}

/** Every access to a beat that touches the range is answered with the error; such writes do not happen. */
export interface InjectedError extends MemoryRange {
  readonly access: 'read' | 'write';
  readonly response: 'SLVERR' | 'DECERR';
}

/** The memory of a run. Results do not depend on it. */
export interface MemoryOptions {
  /** Cycles from an accepted address to its first data beat. Default 100. */
  readonly readLatency?: number;
  /** Cycles from the last data beat to the response. Default 20. */
  readonly writeLatency?: number;
  /** Bandwidth that reads and writes share. Default: the bus width. */
  readonly bytesPerCycle?: number;
  /** Chance of a stall in each cycle on each channel, of the host's bus too. Default 0. */
  readonly stallPercent?: number;
  /** Accesses that are answered with an error. Default: none. */
  readonly errors?: readonly InjectedError[];
}

export type WaveFormat = 'fst' | 'vcd';

/** Format of a file of waves, by its name. */
export const waveFormat = (path: string): WaveFormat => (/\.vcd$/i.test(path) ? 'vcd' : 'fst');

/** One simulation. */
export interface SimJob {
  /** What memory holds at the start; the rest reads as garbage (Verilator) or unknown (Icarus). */
  readonly images: readonly { readonly address: bigint; readonly bytes: Uint8Array }[];
  readonly script: readonly HostOperation[];
  /**
   * A program that is the host once the script is over, and the first words of its command line; the simulator's command
   * follows them. It starts the simulator, and speaks with it as `tb/harness/main.cpp` says. Verilator only.
   */
  readonly host?: readonly [string, ...string[]];
  /** Memory to return at the end. */
  readonly dumps: readonly MemoryRange[];
  /** Memory that the accelerator may write; a byte written elsewhere is a stray write. */
  readonly allowedWrites: readonly MemoryRange[];
  readonly memory?: MemoryOptions;
  /** Cycles whose activity is recorded. Verilator only. */
  readonly timeline?: CycleRange;
  /** Default 0. */
  readonly seed?: number;
  /** Path of the waves to write: VCD when it ends in `.vcd`, else FST. */
  readonly waves?: string;
  /** The run is a hang when the script is not over by then. Default 10 million. */
  readonly maxCycles?: number;
  /** Processor time after which the run is ended as if the RTL had stopped it. Icarus only. Default: none. */
  readonly cpuSeconds?: number;
  /** The program may be one that no compiler makes: what only the program is to blame for stops nothing. Verilator only. */
  readonly anyProgram?: boolean;
  /** Path of a file for the run's line and toggle coverage, which a simulator of its own records. Verilator only. */
  readonly coverage?: string;
}

/** Result of the host operation at the same index of the script. */
export interface OperationResult {
  /** What `read` and the last read of `poll` returned. */
  readonly value: number;
  readonly response: Response;
  /** Whether what `irq` or `poll` waited for came in time; else true. */
  readonly met: boolean;
  /** Cycle in which the operation ended. */
  readonly cycle: number;
}

/** Cycles of a run, counted from START: from the first to the one before the last. */
export interface CycleRange {
  /** The first one. */
  readonly from: number;
  /** The one behind the last. */
  readonly to: number;
}

/** What simulates. */
export type Simulator = 'verilator' | 'icarus';

/** What the array's cells are in a simulation: the Verilog that is generated, or C functions with the same bits in the same cycles. */
export const CELLS = Object.freeze(['verilog', 'c'] as const);
export type Cells = (typeof CELLS)[number];

export interface SimResult {
  readonly simulator: Simulator;
  /** Cycles after reset, and seconds of wall time they took. */
  readonly cycles: number;
  readonly seconds: number;
  /** The script was not over after `maxCycles`; then `operations` is shorter than the script. */
  readonly hang: boolean;
  /** A check in the RTL failed and ended the run; see `log`. */
  readonly stopped: boolean;
  readonly operations: readonly OperationResult[];
  /** One array for each of the job's dumps. Bytes that Icarus does not know are 0x5A. */
  readonly dumps: readonly Uint8Array[];
  /** Breaches of AXI4 and AXI4-Lite rules: how many, and the first ones. */
  readonly protocolFailures: number;
  readonly protocol: readonly string[];
  readonly strayBytes: number;
  readonly strays: readonly bigint[];
  /** When the job asked for it. */
  readonly activity?: Activity;
  /** What the simulator printed. */
  readonly log: string;
}

/** Everything that must not happen in any run, whatever the program, in words. Empty for a clean run. */
export const faults = (result: SimResult): readonly string[] => [
  ...(result.stopped ? [`the RTL stopped the simulation: ${result.log.trim()}`] : []),
  ...(result.hang ? [`hang: the script was not over after ${result.cycles} cycles`] : []),
  ...(result.protocolFailures ? [`${result.protocolFailures} protocol failures: ${result.protocol.join('; ')}`] : []),
  ...(result.strayBytes
    ? [
        `${result.strayBytes} stray bytes written, first at ${result.strays.map((at) => `0x${at.toString(16)}`).join(', ')}`,
      ]
    : []),
];
