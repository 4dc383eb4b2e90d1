import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../generator/base/paths.js';
import { discard, keep, runTool, temporaryFolder } from '../../generator/base/processes.js';
import { presets } from '../../generator/description/presets.js';
import { blockClosure, blockFile, checksFile, type EmittedFile } from '../../generator/emit/rtl.js';
import { cacheKey, openCache, recall, remember } from '../../generator/run/simulators/cache.js';
import { codeKey } from '../../generator/run/simulators/code.js';
import { toolVersion } from '../../generator/run/simulators/toolchain.js';
import { writeFiles } from '../../generator/run/simulators/verilator.js';
import { isaMacros } from './isa.js';
import { withBug } from './mutate.js';
import type { Bug, Proof } from './proof.js';

/** What came out: `holds`, `fails` with a counterexample, or `unknown` when the time ran out. */
export interface Verdict {
  readonly verdict: 'holds' | 'fails' | 'unknown';
  /** Passed on the wall, which other work on the machine makes longer. */
  readonly seconds: number;
  /** Of the processor: Yosys and the engine. */
  readonly cpu: number;
  /** Frames that the engine unrolled, or the depth of the counterexample. */
  readonly frames: number;
  /** Where the property that fails stands, as file:line. */
  readonly where?: string;
  /** Waves of the counterexample. */
  readonly waves?: string;
  /** From an earlier run on the same text. */
  readonly cached: boolean;
}

export interface ProveOptions {
  readonly bug?: Bug;
  /** Prove again what the cache has. */
  readonly fresh?: boolean;
  /** Most seconds of processor time for the engine. */
  readonly seconds?: number;
}

const LIMIT_SECONDS = 300;
/** Cycles in which a seeded bug of an unbounded proof must show. */
const BUG_DEPTH = 40;

const unique = <T>(items: readonly T[]): readonly T[] => [...new Set(items)];

/** The emitted blocks, with the bug if there is one, and the harness. */
const sourcesOf = (proof: Proof, bug: Bug | undefined): readonly EmittedFile[] => {
  const { limits: _all, ...unlimited } = presets.tiny4;
  const config = proof.config ?? unlimited;
  const closure = unique(proof.blocks.flatMap((block) => blockClosure(config, block)));
  const emitted = closure.map((block) => blockFile(config, block));
  const harness = [...(proof.helpers ?? []), proof.harness].map((name) => {
    const path = join('tb', 'formal', `${name}.v`);
    return { path, text: readFileSync(join(packageRoot, path), 'utf8') };
  });
  return [checksFile(config), ...(bug ? withBug(config, emitted, bug) : emitted), isaMacros, ...harness];
};

/** Reads the sources, flattens them, and writes the model twice: as SMT for waves, as AIGER for abc. */
const yosysScript = (proof: Proof, files: readonly EmittedFile[]): string => {
  const top = `${proof.harness}_formal`;
  const verilog = files.map(({ path }) => path).filter((path) => path.endsWith('.v'));
  const parameters = Object.entries(proof.parameters ?? {}).map(([name, value]) => `-set ${name} ${value}`);
  return `${[
    `read_verilog -formal -DFORMAL -Irtl -Itb/formal ${verilog.join(' ')}`,
    ...(parameters.length > 0 ? [`chparam ${parameters.join(' ')} ${top}`] : []),
    `prep -top ${top} -flatten -nordff`,
    'chformal -cover -remove',
    'memory_map',
    'async2sync',
    'setundef -undriven -anyseq',
    'opt -full',
    'dffunmap',
    'write_smt2 -wires model.smt2',
    'techmap',
    'opt -fast',
    'dffunmap',
    'abc -g AND -fast',
    'opt_clean',
    'write_aiger -I -B -zinit -map model.aim model.aig',
  ].join('\n')}\n`;
};

const run = (folder: string, command: string, args: readonly string[], cpuSeconds?: number) =>
  runTool(command, args, { cwd: folder, reject: false, cpuSeconds });

interface Found {
  readonly verdict: Verdict['verdict'];
  readonly frames: number;
  readonly cpu: number;
}

const numberAfter = (text: string, pattern: RegExp): number => Number(pattern.exec(text)?.[1] ?? 0);

/** yosys-abc; it exits with 0 whatever it finds, so its words count. */
export const searchWithAbc = async (
  folder: string,
  engine: string,
  seconds: number,
  simplify = 'dc2; scorr -F 2;',
): Promise<Found> => {
  const script = `read_aiger model.aig; fold; strash; ${simplify} ${engine}; write_cex -a trace.aiw; time`;
  // it minds its own limit, but for what comes before the engine
  const { all } = await run(folder, 'yosys-abc', ['-c', script], 20 * seconds);
  // abc refuses a network without registers: simplified so far, nothing is left to search
  if (simplify && /combinational networks/.test(all)) return searchWithAbc(folder, engine, seconds, '');
  const cpu = numberAfter(all, /total: *([\d.]+) seconds/);
  const failed = /was asserted in frame (\d+)/.exec(all);
  if (failed) return { verdict: 'fails', frames: Number(failed[1]) + 1, cpu };
  if (/^Property proved|^Networks are equivalent/m.test(all)) {
    return { verdict: 'holds', frames: numberAfter(all, /Invariant F\[(\d+)\]/), cpu };
  }
  const reached = /No output asserted in (\d+) frames\. Resource limit reached \(conf limit 0\)/.exec(all);
  if (reached && engine.includes(`-F ${reached[1]} `)) return { verdict: 'holds', frames: Number(reached[1]), cpu };
  return { verdict: 'unknown', frames: numberAfter(all, /No output asserted in (\d+) frames/), cpu };
};

/** Simulates a counterexample of abc: writes trace.vcd and says which assertion it breaks. */
const trace = async (folder: string, frames: number): Promise<string | undefined> => {
  const witness = existsSync(join(folder, 'trace.aiw')) ? ['--aig', 'model.aim:trace.aiw', '--aig-noheader'] : [];
  const args = ['--noprogress', '-s', 'z3', '--unroll', '-t', `${frames + 2}`, ...witness, '--append', '0'];
  const { all } = await run(folder, 'yosys-smtbmc', [...args, '--dump-vcd', 'trace.vcd', 'model.smt2']);
  // The place is that of the assertion, behind those of the instances above it.
  return /Assert failed in \S+ (?:\S*\|)?([^\s|]+:\d+)\.\d+-/.exec(all)?.[1];
};

const search = (proof: Proof, folder: string, bug: Bug | undefined, seconds: number): Promise<Found> => {
  const { method } = proof;
  if (method.kind !== 'pdr') return searchWithAbc(folder, `bmc3 -F ${method.depth} -T ${seconds}`, seconds);
  return searchWithAbc(folder, bug ? `bmc3 -F ${BUG_DEPTH} -T ${seconds}` : `pdr -T ${seconds}`, seconds);
};

/** Key of a verdict. How long the search may take is not in it: a search that was given up is not kept. */
export const proofKey = async (proof: Proof, bug?: Bug): Promise<string> => {
  const files = sourcesOf(proof, bug);
  const abc = (await runTool('yosys-abc', ['-q', 'version'], { reject: false })).stdout;
  return cacheKey('formal', [
    ...[await toolVersion('yosys', '-V'), abc, await toolVersion('z3', '--version')],
    ...[yosysScript(proof, files), JSON.stringify(proof.method), bug ? 'bug' : ''],
    ...files.flatMap(({ path, text }) => [path, text]),
    // the text of the blocks is above
    codeKey(import.meta.url, ['../../generator/emit/rtl.js']),
  ]);
};

/** Looks for a counterexample in a folder of its own. */
const judge = async (
  proof: Proof,
  folder: string,
  { bug, seconds = LIMIT_SECONDS }: ProveOptions,
): Promise<Verdict> => {
  const files = sourcesOf(proof, bug);
  writeFiles(folder, [...files, { path: 'model.ys', text: yosysScript(proof, files) }]);
  const begin = performance.now();
  const yosys = await run(folder, 'yosys', ['-q', '-l', 'model.log', '-s', 'model.ys']);
  if (yosys.exitCode !== 0) throw new Error(`yosys cannot read ${proof.name}:\n${yosys.all}`);
  const reading = numberAfter(readFileSync(join(folder, 'model.log'), 'utf8'), /CPU: user ([\d.]+)s/);
  const found = await search(proof, folder, bug, seconds);
  const spent = (performance.now() - begin) / 1000;
  const where = found.verdict === 'fails' && !bug ? await trace(folder, found.frames) : undefined;
  const waves = join(folder, 'trace.vcd');
  return {
    ...found,
    seconds: Math.round(spent * 10) / 10,
    cpu: Math.round((reading + found.cpu) * 10) / 10,
    ...(where ? { where } : {}),
    ...(found.verdict === 'fails' && existsSync(waves) ? { waves } : {}),
    cached: false,
  };
};

/**
 * Looks for a counterexample to a proof, or to a proof with a seeded bug.
 * The sources and waves of a proof that fails stay in a folder of their own.
 * @throws when Yosys refuses the text, or a seeded bug no longer fits the template.
 */
export const prove = async (proof: Proof, options: ProveOptions = {}): Promise<Verdict> => {
  const { bug, fresh = false } = options;
  openCache();
  const key = await proofKey(proof, bug);
  const known = fresh ? undefined : (recall(key) as Verdict | undefined);
  if (known) return { ...known, cached: true };
  const folder = temporaryFolder('bpi-formal-');
  let verdict: Verdict | undefined;
  try {
    verdict = await judge(proof, folder, options);
  } finally {
    if (verdict?.waves) keep(folder);
    else discard(folder);
  }
  if (verdict.verdict !== 'unknown' && !verdict.waves) remember(key, verdict);
  return verdict;
};
