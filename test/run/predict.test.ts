import { EventEmitter } from 'node:events';
import { afterEach, expect, it, vi } from 'vitest';
import { presets } from '../../generator/description/presets.js';
import { localPool } from '../../generator/pool/local.js';
import { type PredictionJob, predict } from '../../generator/run/predict.js';
import { temporaryFolders } from '../temporary.js';

/** Lines that progress would have shown at the end. */
const shown: string[] = [];

vi.mock('../../generator/base/progress.js', () => ({
  Progress: class {
    constructor(private readonly text: () => string) {}
    end(): void {
      shown.push(this.text());
    }
  },
}));

vi.mock('../../generator/base/processes.js', async (original) => ({
  ...(await original<object>()),
  /** Answers each job at once, without a process. */
  forkWorker: () => {
    const worker = Object.assign(new EventEmitter(), {
      connected: true,
      disconnect: () => undefined,
      send: () => setImmediate(() => worker.emit('message', { cycles: 7 })),
    });
    return worker;
  },
}));

const folder = temporaryFolders();
afterEach(() => vi.unstubAllEnvs());

const jobs = [3, 5].map((H): PredictionJob => {
  return { name: `${H}`, config: presets.tiny4, spec: `C=1,H=${H},W=9,N=1,K=3`, pass: 'fprop', engine: 'bp' };
});

it('counts what is done on stderr, and for who asks', async () => {
  vi.stubEnv('BP_IM2COL_CACHE', folder());
  await predict(jobs, { pool: localPool(1) });
  expect(shown).toEqual(['2 of 2 passes predicted']);
  const counts: (readonly [number, number])[] = [];
  await predict(jobs, { pool: localPool(2), fresh: true, onProgress: (done, all) => counts.push([done, all]) });
  expect(counts).toEqual([
    [1, 2],
    [2, 2],
  ]);
  expect(shown).toHaveLength(1);
});
