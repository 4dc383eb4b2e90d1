import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { discard, runTool, temporaryFolder } from '../../generator/base/processes.js';
import { rtlFiles } from '../../generator/emit/rtl.js';
import { searchWithAbc } from '../formal/prove.js';
import type { Mutated } from './choose.js';
import { type Mutation, mutate } from './operators.js';

/** Reads a whole design, so that blocks get the parameters that they have there. */
const readDesign = (folder: string, prefix: string): string =>
  [`read_verilog -DSYNTHESIS -I${folder}/rtl ${folder}/rtl/*.v`, `hierarchy -check -top ${prefix}top`].join('\n');

const yosys = (folder: string, script: string) => {
  writeFileSync(join(folder, 'script.ys'), `${script}\n`);
  return runTool('yosys', ['-s', 'script.ys'], { cwd: folder, reject: false });
};

/** Names of a block's modules in the design, one for each set of parameters. */
const variants = (log: string, module: string): readonly string[] => [
  ...new Set(
    log
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line === module || (line.startsWith('$paramod') && line.split('\\')[1] === module)),
  ),
];

/** Whether nothing differs once what no output depends on is removed. */
const isSameNetlist = async (folder: string, prefix: string): Promise<boolean> => {
  const netlists: string[] = [];
  for (const side of ['gold', 'gate']) {
    const script = [
      readDesign(side, prefix),
      'proc',
      'flatten',
      'opt_expr',
      'opt_clean -purge',
      'setattr -unset src t:*',
    ];
    const { exitCode } = await yosys(folder, [...script, `write_rtlil ${side}.il`].join('\n'));
    if (exitCode !== 0) return false;
    const text = readFileSync(join(folder, `${side}.il`), 'utf8');
    netlists.push(text.replace(/^ *attribute \\src .*$/gm, '').replace(/\b(gold|gate)\/rtl/g, ''));
  }
  return netlists[0] === netlists[1];
};

/**
 * Whether Yosys and abc prove, for the block with every set of parameters that it has in the design, that from registers
 * that are all zero no inputs make the mutant's outputs differ. False also when the time runs out.
 */
export const isEquivalent = async (target: Mutated, mutation: Mutation, seconds: number): Promise<boolean> => {
  const { block, config, path, text } = target;
  const folder = temporaryFolder('bpi-equal-');
  try {
    for (const side of ['gold', 'gate']) {
      mkdirSync(join(folder, side, 'rtl'), { recursive: true });
      for (const file of rtlFiles(config)) {
        const changed = side === 'gate' && file.path === path;
        writeFileSync(join(folder, side, file.path), changed ? mutate(text, mutation) : file.text);
      }
    }
    if (await isSameNetlist(folder, config.prefix)) return true;
    if (block === 'top' || block === 'vector') return false; // too large to prove
    const { all: log } = await yosys(folder, `${readDesign('gold', config.prefix)}\nls`);
    const names = variants(log, `${config.prefix}${block}`);
    if (names.length === 0) return false;
    for (const name of names) {
      const sides = ['gold', 'gate'].map((side) =>
        [
          readDesign(side, config.prefix),
          `hierarchy -top ${name}`,
          'proc',
          'flatten',
          `rename -top ${side}`,
          'opt_clean',
          `write_rtlil ${side}.il`,
          'design -reset',
        ].join('\n'),
      );
      const script = [
        ...sides,
        'read_rtlil gold.il',
        'read_rtlil gate.il',
        'miter -equiv -flatten -make_assert gold gate miter',
        'hierarchy -top miter',
        'memory_map',
        'async2sync',
        'setundef -init -zero',
        'setundef -undriven -anyseq',
        'opt -full',
        'dffunmap',
        'techmap',
        'opt -fast',
        'dffunmap',
        'abc -g AND -fast',
        'opt_clean',
        'write_aiger -I -B -zinit -map model.aim model.aig',
      ].join('\n');
      const { exitCode } = await yosys(folder, script);
      if (exitCode !== 0) return false;
      // most of what is not equivalent shows soon
      const { verdict: early } = await searchWithAbc(folder, `bmc3 -F 12 -T ${Math.min(seconds, 10)}`, seconds);
      if (early === 'fails') return false;
      const { verdict } = await searchWithAbc(folder, `pdr -T ${seconds}`, seconds);
      if (verdict !== 'holds') return false;
    }
    return true;
  } finally {
    discard(folder);
  }
};
