import { requireTools, VERILATOR_TOOLS } from '../../generator/base/tools.js';
import { answerJobs } from '../../generator/pool/answer.js';
import { simulatorOf } from './case.js';
import { finish } from './finish.js';
import type { Finished } from './report.js';

/** A case of a campaign. */
export interface SoakJob {
  readonly seed: number;
}

answerJobs<SoakJob, Finished>('soak', ({ seed }) => {
  requireTools(simulatorOf(seed) === 'icarus' ? ['iverilog'] : VERILATOR_TOOLS);
  return finish(seed);
});
