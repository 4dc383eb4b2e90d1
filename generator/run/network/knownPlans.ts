import type { KnownPlans } from '../../compile/network/passProgram.js';
import type { Config } from '../../description/config.js';
import { cacheKey, recall, remember } from '../simulators/cache.js';
import { codeKey } from '../simulators/code.js';

/** Plans of passes for an accelerator that are kept in the cache: the search for one takes seconds. */
export const knownPlans = (config: Config): KnownPlans => {
  const { name: _name, prefix: _prefix, ...hardware } = config;
  const code = codeKey(new URL('../../compile/network/passProgram.js', import.meta.url).href);
  const keyOf = (what: string): string => cacheKey('plan', [code, JSON.stringify(hardware), what]);
  return {
    recall: (what) => recall(keyOf(what)) as ReturnType<KnownPlans['recall']>,
    remember: (what, plan) => remember(keyOf(what), plan),
  };
};
