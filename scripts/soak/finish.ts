import { isOfTheMachine } from '../../generator/base/fileError.js';
import { campaignCase } from './campaignCase.js';
import { simulatorOf } from './case.js';
import type { Finished } from './report.js';

/** A case that has no other result than that. */
export const unfinished = (seed: number, text: string, findings: readonly string[]): Finished => ({
  ...{ seed, scenario: 'calm', simulator: simulatorOf(seed), text },
  result: { findings, cycles: 0, ending: 'exception' },
});

/** Runs the case of a seed. @throws what is about the machine */
export const finish = async (seed: number, waves?: string): Promise<Finished> => {
  let text = `case ${seed}`;
  try {
    const { scenario, text: line, run } = campaignCase(seed);
    text = line;
    return { seed, scenario, simulator: simulatorOf(seed), text, result: await run(waves) };
  } catch (error) {
    if (isOfTheMachine(error)) throw error;
    const findings = (error instanceof Error ? (error.stack ?? error.message) : String(error)).split('\n');
    return unfinished(seed, text, findings);
  }
};
