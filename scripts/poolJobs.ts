import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Problem, UserError } from '../generator/base/errors.js';
import { packageRoot } from '../generator/base/paths.js';
import { cacheKey } from '../generator/run/simulators/cache.js';
import { codeKey } from '../generator/run/simulators/code.js';

/** Hash of what is no code: templates, memories and hosts of simulators. */
const textKey = (): string => {
  const hash = createHash('sha256');
  for (const folder of ['templates', 'tb'].map((name) => join(packageRoot, name))) {
    for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
      if (entry.isFile()) hash.update(`\n${entry.name}\n`).update(readFileSync(join(entry.parentPath, entry.name)));
    }
  }
  return hash.digest('hex');
};

/** Gives jobs their keys: what is asked, the code that answers, and all that goes into simulators. */
export const jobKeys = (program: URL): ((job: object) => string) => {
  const parts = [codeKey(program.href), textKey()];
  return (job) => cacheKey('job', [...parts, JSON.stringify(job)]);
};

/**
 * Why a job has no outcome although it could have one elsewhere: its worker has ended.
 * @throws UserError of what all other jobs would meet, too: a full disk, a missing tool.
 */
export const faultOf = (problem: Problem): string => {
  if (!['FAULT', 'WORKER'].includes(problem.code)) throw new UserError([problem]);
  return problem.code === 'FAULT' ? problem.message : `${problem.message}\n${problem.fix}`;
};
