import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { FORMAL_TOOLS, missingTools } from '../../generator/base/tools.js';
import { presets } from '../../generator/description/presets.js';
import { blockClosure, blockFile } from '../../generator/emit/rtl.js';
import { withBug } from '../../scripts/formal/mutate.js';
import { methodText } from '../../scripts/formal/proof.js';
import { PROOFS } from '../../scripts/formal/proofs.js';
import { prove } from '../../scripts/formal/prove.js';
import { failures, isGood, proofTable } from '../../scripts/formal/report.js';

describe('seeded bugs', () => {
  it.each(PROOFS.map((proof) => [proof.name, proof] as const))('of %s fit the templates', (_, proof) => {
    const { config = presets.tiny4 } = proof;
    const emitted = proof.blocks
      .flatMap((block) => blockClosure(config, block))
      .filter((block, index, all) => all.indexOf(block) === index)
      .map((block) => blockFile(config, block));
    expect(proof.bugs.length).toBeGreaterThan(0);
    for (const bug of proof.bugs) expect(withBug(config, emitted, bug)).not.toEqual(emitted);
  });

  it('must stand once in the text', () => {
    const files = [{ path: 'rtl/bpi_fifo.v', text: 'a; a;' }];
    const bug = { name: 'x', block: 'fifo', find: 'a;', replace: 'b;' };
    expect(() => withBug(presets.tiny4, files, bug)).toThrow(/stands 2 times in rtl\/bpi_fifo\.v/);
    expect(() => withBug(presets.tiny4, files, { ...bug, block: 'pe' })).toThrow(/stands 0 times/);
  });
});

it('lists every proof in docs/proofs.md', () => {
  const page = readFileSync('docs/proofs.md', 'utf8');
  for (const { property, bounds, method, bugs } of PROOFS) {
    expect(page).toContain(
      `| ${property} | ${bounds} | ${methodText(method)} | ${bugs.map(({ name }) => name).join(', ')} |`,
    );
  }
});

it('has a name for each proof', () => {
  expect(new Set(PROOFS.map(({ name }) => name)).size).toBe(PROOFS.length);
});

it('reports a proof that fails, with waves and how to see it again', () => {
  const [proof] = PROOFS;
  const where = 'tb/formal/fifo.v:61';
  const verdict = {
    verdict: 'fails',
    seconds: 1,
    cpu: 1,
    frames: 5,
    where,
    waves: '/x/trace.vcd',
    cached: false,
  } as const;
  const outcome = { proof: proof!, verdict, bugs: [] };
  expect(isGood(outcome)).toBe(false);
  expect(proofTable([outcome], false)).toMatch(/fifo 2 .* FAILED/);
  expect(failures([outcome]).join('\n')).toBe(
    'fifo 2: does not hold, see tb/formal/fifo.v:61\n  waves:  /x/trace.vcd\n  rerun:  npm run formal -- --filter "fifo 2" --fresh',
  );
});

it('reports a seeded bug that is not found', () => {
  const [proof] = PROOFS;
  const verdict = { verdict: 'holds', seconds: 1, cpu: 1, frames: 5, cached: false } as const;
  const outcome = { proof: proof!, verdict, bugs: [{ bug: proof!.bugs[0]!, verdict }] };
  expect(isGood(outcome)).toBe(false);
  expect(failures([outcome])[0]).toContain('is not found, the proof holds all the same');
});

describe.skipIf(missingTools(FORMAL_TOOLS).length > 0)('quick proofs', () => {
  it.each(['fifo 2', 'issue'])('%s holds, and fails with each bug', async (name) => {
    const proof = PROOFS.find((candidate) => candidate.name === name)!;
    expect((await prove(proof, { fresh: true })).verdict).toBe('holds');
    for (const bug of proof.bugs) {
      const { verdict, frames } = await prove(proof, { bug, fresh: true });
      expect(verdict, bug.name).toBe('fails');
      expect(frames).toBeGreaterThan(1);
    }
  });
});
