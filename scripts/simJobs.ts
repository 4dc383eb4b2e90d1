import type { PresetName } from '../generator/description/presets.js';
import type { Case } from './cases.js';

/** What a worker of the regression is asked: to run a case, or to build the simulator of a preset ahead of them. */
export type SimJob = { readonly run: Case } | { readonly build: PresetName };

/** What came of it, as JSON can hold it. */
export interface SimOutcome {
  readonly passed: boolean;
  /** Of a case, from START to END; undefined where the accelerator does not count them. */
  readonly cycles?: number;
  /** Of the simulation, or of the build. */
  readonly seconds: number;
  readonly findings: readonly string[];
  readonly rerun: string;
}
