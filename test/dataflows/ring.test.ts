import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Ring } from '../../generator/dataflows/ring.js';

describe('a circular buffer', () => {
  it('never gives rows that have been overwritten, and waits for those that read what it overwrites', () => {
    const request = fc.record({
      key: fc.constantFrom('a', 'b', 'c'),
      first: fc.nat(12),
      rows: fc.integer({ min: 1, max: 4 }),
      part: fc.integer({ min: 1, max: 5 }),
    });
    fc.assert(
      fc.property(fc.array(request, { maxLength: 60 }), (requests) => {
        const capacity = 64;
        const beat = 4;
        const pitch = { a: 7, b: 12, c: 5 } as const;
        const ring = new Ring(capacity, beat);
        // what each element holds, and the last instruction that reads it
        const content: (string | undefined)[] = new Array(capacity).fill(undefined);
        const readBy: number[] = new Array(capacity).fill(0);
        let exec = 0;
        // loads are carried out in order: each has waited for what an earlier one waited for
        let waited = 0;
        for (const { key, first, rows, part } of requests) {
          const step = pitch[key as 'a'];
          const last = first + rows - 1;
          const grant = ring.acquire({ key, first, last, pitch: step, residue: (first * step) % beat }, part);
          expect(grant.base % beat).toBe((first * step) % beat);
          expect(grant.waits.length).toBe(Math.ceil(Math.max(0, last - grant.load.first + 1) / part));
          const at = (row: number, element: number): number => (grant.base + (row - first) * step + element) % capacity;
          for (let row = grant.load.first; row <= grant.load.last; row++) {
            waited = Math.max(waited, grant.waits[Math.floor((row - grant.load.first) / part)]!.waitExec);
            for (let element = 0; element < step; element++) {
              const place = at(row, element);
              expect(readBy[place]).toBeLessThanOrEqual(waited);
              content[place] = `${key}${row}.${element}`;
            }
          }
          exec += 1;
          ring.used(exec);
          for (let row = first; row <= last; row++) {
            for (let element = 0; element < step; element++) {
              expect(content[at(row, element)]).toBe(`${key}${row}.${element}`);
              readBy[at(row, element)] = exec;
            }
          }
        }
      }),
      { seed: 4, numRuns: 150 },
    );
  });

  it('that is a part of one never goes round, and takes room for what STOREs read', () => {
    const request = fc.record({
      key: fc.constantFrom('a', 'b', 'taken'),
      first: fc.nat(12),
      rows: fc.integer({ min: 1, max: 4 }),
    });
    fc.assert(
      fc.property(fc.array(request, { maxLength: 60 }), fc.constantFrom(0, 96), (requests, begin) => {
        const [capacity, beat] = [64, 4];
        const pitch = { a: 7, b: 12, taken: 9 } as const;
        const ring = new Ring(capacity, beat, { first: begin });
        const content = new Map<number, string>();
        const readBy = new Map<number, { readonly exec: number; readonly store: number }>();
        let [exec, store, waitedExec, waitedStore] = [0, 0, 0, 0];
        requests.forEach(({ key, first, rows }, n) => {
          const step = pitch[key as 'a'];
          const last = first + rows - 1;
          const residue = (first * step) % beat;
          const taken = key === 'taken' ? ring.take(rows * step, residue) : undefined;
          const grant = taken
            ? { ...taken, load: { first, last } }
            : ring.acquire({ key, first, last, pitch: step, residue });
          for (const { waitExec, waitStore } of 'waits' in grant ? grant.waits : [grant]) {
            waitedExec = Math.max(waitedExec, waitExec);
            waitedStore = Math.max(waitedStore, waitStore);
          }
          expect(grant.base % beat).toBe(residue);
          expect(grant.base).toBeGreaterThanOrEqual(begin);
          expect(grant.base + rows * step).toBeLessThanOrEqual(begin + capacity);
          const name = (row: number, element: number): string => `${key}${taken ? n : ''} ${row} ${element}`;
          const each = (from: number, visit: (place: number, name: string) => void): void => {
            for (let row = from; row <= last; row++)
              for (let element = 0; element < step; element++)
                visit(grant.base + (row - first) * step + element, name(row, element));
          };
          each(grant.load.first, (place, held) => {
            const reader = readBy.get(place);
            expect(reader?.exec ?? 0).toBeLessThanOrEqual(waitedExec);
            expect(reader?.store ?? 0).toBeLessThanOrEqual(waitedStore);
            content.set(place, held);
          });
          if (taken) ring.usedByStore(++store);
          else ring.used(++exec);
          each(first, (place, held) => {
            expect(content.get(place)).toBe(held);
            readBy.set(place, taken ? { exec: 0, store } : { exec, store: 0 });
          });
        });
      }),
      { seed: 5, numRuns: 150 },
    );
  });

  it('loads only the new rows of a sliding window', () => {
    const ring = new Ring(1024, 4);
    const window = (first: number) => ring.acquire({ key: 'x', first, last: first + 2, pitch: 16, residue: 0 }).load;
    expect(window(0)).toEqual({ first: 0, last: 2 });
    expect(window(1)).toEqual({ first: 3, last: 3 });
    expect(window(2)).toEqual({ first: 4, last: 4 });
  });
});
