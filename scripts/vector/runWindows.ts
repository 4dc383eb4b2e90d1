import type { Config } from '../../generator/description/config.js';
import { performanceOf } from '../../generator/machine/performance.js';
import { compareProgram, type ProgramOptions } from '../../generator/run/runProgram.js';
import { expectedWords, planned, type Windows, wordsOf } from './windows.js';

/** Runs EXECs with maximum on the RTL: all memory and counters as on the model, and both as plain loops say; what is wrong, in words. */
export const runWindows = async (
  config: Config,
  windows: Windows,
  options: ProgramOptions = {},
): Promise<{ readonly findings: readonly string[]; readonly cycles: number }> => {
  const { plan, words, program, regions, results } = planned(config, windows);
  const { cycles } = performanceOf(config, plan);
  const job = { words, program, regions, maxCycles: 20 * cycles + 50_000 };
  const { result, expected, differences } = await compareProgram(config, job, options);
  const found = wordsOf(expected[regions.indexOf(results)]!.bytes);
  const wrong = expectedWords(config, windows).findIndex((word, at) => word !== found[at]);
  return {
    findings: [
      ...result.faults,
      ...differences.map(({ what, expected: right, actual }) => `${what} is ${actual}, not ${right}`),
      ...(wrong < 0 ? [] : [`the model differs from plain loops at result ${wrong}`]),
    ],
    // an accelerator without that counter says nothing of it
    cycles: Number.isNaN(result.cycles) ? cycles : result.cycles,
  };
};
