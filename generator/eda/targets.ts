import { DEVICES, type Device } from './devices.js';
import { MULTIPLY } from './multiply.js';
import { CHAIN_FILES, COMPLEMENT_STEPS, SUM_STEPS } from './xilinx.js';

/** What a design is mapped to. */
export const TARGETS = ['generic', 'ice40', 'ecp5', 'xilinx', 'asic'] as const;
export type Target = (typeof TARGETS)[number];

/** Standard-cell libraries of Debian's qflow packages. */
export const LIBRARIES = ['osu018', 'osu035'] as const;
export type Library = (typeof LIBRARIES)[number];

/** Area of every cell in the text of a liberty file, in the library's unit. */
export const cellAreas = (liberty: string): ReadonlyMap<string, number> => {
  const areas = new Map<string, number>();
  for (const part of liberty.split(/^\s*cell\s*\(\s*"?/m).slice(1)) {
    const name = /^\w+/.exec(part)?.[0];
    const area = /\barea\s*:\s*([\d.]+)/.exec(part)?.[1];
    if (name && area) areas.set(name, Number(area));
  }
  return areas;
};

/** Memories are macros there, counted apart; elsewhere they become block RAM. */
export const hasMacros = (target: Target): boolean => target === 'generic' || target === 'asic';

/** ABC's work: restructured for delay, twice, then mapped, buffered and sized; it ends with the critical path. */
const RESTRUCTURE = '&if -g -K 6; &dch -f';
const ABC_SCRIPT = `strash; ifraig; scorr; dc2; &get -n; ${RESTRUCTURE}; &st; ${RESTRUCTURE}; &st; &dch -f; &nf; &put; buffer -c -N 5; topo; upsize; dnsize; stime -p\n`;
const ABC_CONSTRAINTS = 'set_driving_cell BUFX2\nset_load 20\n';

/** Files beside the sources that {@link mapping} reads. */
export const mappingFiles = (target: Target, liberty: string): Readonly<Record<string, string>> => {
  if (target === 'asic') return { 'cells.lib': liberty, 'abc.script': ABC_SCRIPT, 'abc.constr': ABC_CONSTRAINTS };
  return target === 'ice40' ? { 'multiply.v': MULTIPLY } : target === 'xilinx' ? CHAIN_FILES : {};
};

/** Whether LUTs are joined by multiplexers of their own (PFUMX, L6MUX21). */
export type Multiplexers = 'narrow' | 'wide';

/**
 * The ways to map for a target, of which a whole design is mapped in each, and a block alone in the first. Where wide multiplexers
 * are counted as nothing, Yosys 0.23 spends LUTs on them: which way is smaller depends on the design.
 */
export const multiplexersOf = (target: Target): readonly Multiplexers[] =>
  target === 'ecp5' ? ['narrow', 'wide'] : ['wide'];

/**
 * Flip-flops of an iCE40 that share an enable, at least: fewer take it as logic. The eight cells of a tile have one enable, so that a
 * design of many would find no place in a full device.
 */
const LEAST_ENABLED = 6;

/** Yosys commands from the hierarchy to the target's cells. */
export const mapping = (
  target: Target,
  top: string,
  device: Device,
  multiplexers: Multiplexers = multiplexersOf(target)[0]!,
): readonly string[] => {
  switch (target) {
    case 'generic':
      return [`synth -flatten -top ${top}`];
    case 'ice40':
      return [
        ...(DEVICES[device].dsps > 0
          ? []
          : [`hierarchy -top ${top}`, 'proc', 'opt_expr', 'opt_clean', 'wreduce', 'techmap -map multiply.v t:$mul']),
        `synth_ice40 -abc9 -dffe_min_ce_use ${LEAST_ENABLED} -device ${DEVICES[device].abc9} ${DEVICES[device].dsps > 0 ? '-dsp ' : ''}-top ${top}`,
      ];
    case 'ecp5':
      return [`synth_ecp5 -abc9 ${multiplexers === 'narrow' ? '-nowidelut ' : ''}-top ${top}`];
    case 'xilinx': {
      const synth = `synth_xilinx -abc9 -family xc7 -flatten -noiopad -noclkbuf -top ${top}`;
      // abc9 knows nothing of sums that go straight from DSP to DSP (PCOUT), and drops those of which nothing else is read
      return [
        `${synth} -run begin:fine`,
        ...SUM_STEPS,
        `${synth} -run fine:map_ffs`,
        ...COMPLEMENT_STEPS,
        `${synth} -run map_ffs:map_luts`,
        'setattr -set keep 1 t:DSP48E1',
        `${synth} -run map_luts:`,
      ];
    }
    case 'asic':
      return [
        `synth -flatten -noabc -top ${top}`,
        'dfflibmap -liberty cells.lib',
        'tee -q -o abc.log abc -liberty cells.lib -constr abc.constr -script abc.script',
        'opt_clean',
      ];
  }
};

/** What one mapped cell counts as. */
export interface CellKind {
  readonly luts?: number;
  readonly flipFlops?: number;
  readonly blockRams?: number;
  readonly dsps?: number;
}

/** Multiplexers between LUTs (PFUMX, L6MUX21, MUXF7, MUXF8) and carry chains (SB_CARRY, CARRY4) are no LUTs. */
const KINDS: readonly (readonly [type: RegExp, kind: CellKind])[] = [
  [/^(SB_LUT4|LUT[1-6]|INV|SRL16E|SRLC16E|SRLC32E)$/, { luts: 1 }],
  [/^CCU2C$/, { luts: 2 }],
  [/^TRELLIS_DPR16X4$/, { luts: 6 }], // three slices: one of them writes
  [/^RAM(32|64)X1D$/, { luts: 2 }],
  [/^RAM128X1D$/, { luts: 4 }],
  [/^RAM(32|64)M$/, { luts: 4 }],
  [/^(SB_DFF\w*|TRELLIS_FF|FD[RSCP]E(_1)?|\$_S?DFF.*_|DFF\w+)$/, { flipFlops: 1 }],
  [/^(SB_RAM40_4K\w*|DP16KD|PDPW16KD|RAMB36E1)$/, { blockRams: 1 }],
  [/^RAMB18E1$/, { blockRams: 0.5 }],
  [/^(SB_MAC16|MULT18X18D|DSP48E1)$/, { dsps: 1 }],
];

/** @returns what a cell of this type counts as; nothing for plain gates. */
export const kindOf = (type: string): CellKind => KINDS.find(([pattern]) => pattern.test(type))?.[1] ?? {};
