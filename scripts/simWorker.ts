import { join } from 'node:path';
import { isOfTheMachine } from '../generator/base/fileError.js';
import { makeFolder } from '../generator/base/makeFolder.js';
import { writeOutput } from '../generator/base/outputFile.js';
import { requireTools, VERILATOR_TOOLS } from '../generator/base/tools.js';
import { findings } from '../generator/cli/runReport.js';
import { PASS_TENSORS } from '../generator/dataflows/loopNest.js';
import { presets } from '../generator/description/presets.js';
import { tensorShape } from '../generator/description/tensors.js';
import type { Operands } from '../generator/golden/judge.js';
import { answerJobs } from '../generator/pool/answer.js';
import { type RunDescription, rerunCommand } from '../generator/run/command.js';
import { encodeNpy } from '../generator/run/npy.js';
import { runPass } from '../generator/run/runPass.js';
import { prepare } from '../generator/run/simulate.js';
import { cacheFolder } from '../generator/run/simulators/cache.js';
import { caseOperands } from './caseOperands.js';
import type { Case } from './cases.js';
import type { SimJob, SimOutcome } from './simJobs.js';

/** Writes operands that no seed gives, so that the command line can rerun them. */
const keepOperands = (run: Case, operands: Operands): Readonly<Record<string, string>> => {
  const folder = join(cacheFolder(), 'rerun');
  makeFolder(folder);
  const { first, second } = PASS_TENSORS[run.pass];
  const save = (name: 'x' | 'wt' | 'dy', data: Int8Array | Float32Array): readonly [string, string] => {
    const path = join(folder, `${run.data}-${run.seed}-${name}.npy`);
    writeOutput('operands', path, encodeNpy({ shape: tensorShape(run.layer, name), data }));
    return [name, path];
  };
  return Object.fromEntries([save(first, operands.first), save(second, operands.second)]);
};

const runCase = async (run: Case): Promise<SimOutcome> => {
  const { preset, layer, pass, engine, seed, simulator, memory, narrow, shift, misalign } = run;
  requireTools(simulator === 'verilator' ? VERILATOR_TOOLS : ['iverilog']);
  const config = presets[preset];
  let operands: Operands | undefined;
  const description = (): RunDescription => {
    const files = operands ? keepOperands(run, operands) : {};
    return { preset, layer, pass, engine, seed, simulator, memory, narrow, shift, misalign, files };
  };
  try {
    operands = caseOperands(run);
    const result = await runPass(config, layer, pass, engine, {
      ...{ operands, seed, simulator, memory, narrow, shift, misalign },
    });
    const { passed, cyclesPerSecond } = result;
    const cycles = Number.isNaN(result.cycles) ? undefined : result.cycles;
    const seconds = cyclesPerSecond > 0 ? result.cycles / cyclesPerSecond : 0;
    if (passed) return { passed, cycles, seconds, findings: [], rerun: '' };
    const report = { config, description: description(), result, rounded: {} };
    return { passed, cycles, seconds, findings: findings(report), rerun: rerunCommand(report.description) };
  } catch (error) {
    if (isOfTheMachine(error)) throw error;
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    const rerun = rerunCommand(description());
    return { passed: false, cycles: 0, seconds: 0, findings: text.split('\n'), rerun };
  }
};

const build = async (preset: keyof typeof presets): Promise<SimOutcome> => {
  requireTools(VERILATOR_TOOLS);
  const begin = performance.now();
  await prepare(presets[preset]);
  return { passed: true, seconds: (performance.now() - begin) / 1000, findings: [], rerun: '' };
};

answerJobs<SimJob, SimOutcome>('sim', (job) => ('build' in job ? build(job.build) : runCase(job.run)));
