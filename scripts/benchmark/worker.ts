import { UserError } from '../../generator/base/errors.js';
import { requireTools, VERILATOR_TOOLS } from '../../generator/base/tools.js';
import { answerJobs } from '../../generator/pool/answer.js';
import { prepare } from '../../generator/run/simulate.js';
import type { BenchRequest, Outcome } from './jobs.js';
import { measure } from './measure.js';

answerJobs<BenchRequest, Outcome>('bench', async (request) => {
  requireTools(VERILATOR_TOOLS);
  if ('build' in request) {
    await prepare(request.build);
    return { built: true };
  }
  try {
    return await measure(request.job, request.fresh);
  } catch (error) {
    if (error instanceof UserError) throw error;
    return { failed: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
});
