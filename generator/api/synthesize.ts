import { MISSING_TOOL, UserError } from '../base/errors.js';
import { ensureTools, requireTools, type Tool, ToolsMissing } from '../base/tools.js';
import { oneOf } from '../description/schema.js';
import { DEVICE_NAMES, DEVICES, type Device } from '../eda/devices.js';
import { type BlockSize, totalOf } from '../eda/netlist.js';
import { findRouter, ROUTER_PACKAGE, type Router, type Routing } from '../eda/nextpnr.js';
import { addressShare, shareOf } from '../eda/report.js';
import { route } from '../eda/route.js';
import { TOP_BLOCKS } from '../eda/sources.js';
import { type Runs, type Synthesis, synthesize as synthesizeDesign } from '../eda/synthesize.js';
import { hasMacros, LIBRARIES, type Library, TARGETS, type Target } from '../eda/targets.js';
import { findYosys } from '../eda/yosys.js';
import { openCache } from '../run/simulators/cache.js';
import type { Accelerator } from './inputs.js';
import { checkedOptions, configOf, flagField, wholeField } from './options.js';

/** Of an iCE40's bitstream: text, or packed. */
export type BitstreamFormat = 'asc' | 'bin';

/** What {@link synthesize} takes. */
export interface SynthesizeOptions {
  /** The accelerator. */
  readonly config: Accelerator;
  /** Default: generic. */
  readonly target?: Target;
  /** Standard cells of asic. Default: osu018. */
  readonly library?: Library;
  /** ice40: place and route for it. Default: hx8k, where the design may fit. */
  readonly device?: Device;
  /** ice40: make the bitstream, as text or packed. */
  readonly bitstream?: BitstreamFormat;
  /** ice40: of place and route. Default: 1. */
  readonly seed?: number;
  /** Only the blocks, each mapped alone, and not the whole design, which takes longer. */
  readonly blocks?: boolean;
  /** Only these blocks of the top module and what they hold, each mapped alone. */
  readonly only?: readonly string[];
  /** The Yosys (and nextpnr) that npm installed, even where the machine has its own. */
  readonly wasm?: boolean;
  /** Install with apt-get, where that may be, what is missing. Default: false. */
  readonly install?: boolean;
  /** Told what goes on, in words. */
  readonly onProgress?: (doing: string) => void;
  /** Told what is installed. */
  readonly onInstall?: (line: string) => void;
}

/** Sizes: cells, LUTs, flip-flops, block RAMs, DSPs, memory bits; area in µm² and paths in ps for asic. */
export interface Synthesized extends Synthesis {
  /** The whole design, flattened; the sum of the blocks where only blocks were asked for. */
  readonly total: BlockSize;
  /** Each mapped alone. */
  readonly blocks: readonly (BlockSize & {
    /** Of `sum`: of the area, else of the LUTs, else of the cells; 0 to 1. */
    readonly share: number;
  })[];
  /** Sum of the blocks, over all their instances. */
  readonly sum: BlockSize;
  /** Share of the address generation in `sum`; not where `only` was given. */
  readonly addressShare?: number;
  /** ice40: what became of place and route, MHz among it. */
  readonly routing?: Routing;
  /** ice40: why it was not tried. */
  readonly note?: string;
  /** Mapped Verilog, a module for each block; of generic and asic. */
  readonly netlist?: string;
  /** Where it was asked for, and `routing.finding` does not say why there is none. */
  readonly bitstream?: Uint8Array;
}

const refuse = (code: string, path: string, message: string, fix: string): never => {
  throw new UserError([{ code, path, message, fix }]);
};

/** Sees that tools are there, and installs them where that is wanted. */
type Ensure = (names: readonly Tool[], alternative?: string) => Promise<void>;

const ensuring =
  (install: boolean, say: (line: string) => void): Ensure =>
  async (names, alternative = '') => {
    try {
      if (install) await ensureTools(names, say);
    } catch (error) {
      if (!(error instanceof ToolsMissing)) throw error;
    }
    requireTools(names, alternative);
  };

/** nextpnr, which the user asked for; and icepack when a packed bitstream is to be made. */
const requireRouter = async (
  wasm: boolean,
  bitstream: BitstreamFormat | undefined,
  ensure: Ensure,
): Promise<Router> => {
  let router = await findRouter(wasm);
  if (!router && wasm) refuse(MISSING_TOOL, ROUTER_PACKAGE, 'not found', `run: npm install ${ROUTER_PACKAGE}`);
  if (!router) await ensure(['nextpnr-ice40', 'icepack'], `; or: npm install ${ROUTER_PACKAGE}`);
  router ??= (await findRouter())!;
  if (bitstream === 'bin' && !router.canPack) await ensure(['icepack'], '; or give a name in .asc');
  return router;
};

const SHAPE = {
  target: oneOf(TARGETS, 'generic', 'What to map to.').optional(),
  library: oneOf(LIBRARIES, 'osu018', 'Standard cells.').optional(),
  device: oneOf(DEVICE_NAMES as readonly [Device, ...Device[]], 'hx8k', 'The device.').optional(),
  bitstream: oneOf(['asc', 'bin'], 'asc', 'Text, or packed.').optional(),
  ...{ seed: wholeField(0, 2 ** 31 - 1), blocks: flagField, wasm: flagField, install: flagField },
};

/** Options that do not go together, and blocks that there are not. */
const checkTogether = (
  target: Target,
  asked: Readonly<Record<string, unknown>>,
  library: Library | undefined,
  only: unknown,
): void => {
  if (library !== undefined && target !== 'asic') {
    const message = `only asic maps to a library of standard cells, not ${target}`;
    refuse('NO_LIBRARY', 'library', message, 'set target to asic');
  }
  const [name] = Object.entries(asked).find(([, value]) => value !== undefined) ?? [];
  if (name !== undefined && target !== 'ice40') {
    refuse('NOT_ROUTED', name, `only ice40 is placed and routed, not ${target}`, 'set target to ice40');
  }
  if (only === undefined) return;
  const blocks: readonly unknown[] = Array.isArray(only) ? only : [only];
  const unknown = blocks.findIndex((block) => !TOP_BLOCKS.includes(block as string));
  if (unknown >= 0 || blocks !== only) {
    const message = unknown >= 0 ? `no block "${String(blocks[unknown])}"` : 'not a list of blocks';
    refuse('UNKNOWN_BLOCK', 'only', message, `use some of ${TOP_BLOCKS.join(', ')}`);
  }
};

/**
 * Sizes and paths of an accelerator and its blocks, by Yosys, and on an iCE40 its frequency, by nextpnr, as `bp-im2col synth` does. Results
 * are kept in the cache (`BP_IM2COL_CACHE`).
 * @throws {@link UserError} with what is wrong with the options, and with the code `MISSING_TOOL` where a cell library, or the nextpnr that
 * was asked for, is not installed. (Yosys is: npm has it.)
 */
export const synthesize = async (options: SynthesizeOptions): Promise<Synthesized> => {
  const given = checkedOptions(options, SHAPE, ['config', 'only', 'onProgress', 'onInstall']);
  const { target = 'generic', library, device: wanted, bitstream, seed, wasm = false, install = false } = given;
  if (given.config === undefined) {
    refuse(
      'MISSING',
      'config',
      'missing; it is an accelerator',
      "give a preset or a configuration, as in { config: 'tiny4' }",
    );
  }
  const config = configOf(given.config);
  checkTogether(target, { device: wanted, bitstream, seed }, library, given.only);
  const only = given.only as readonly string[] | undefined;
  const tell = (text: string): void => {
    if (typeof given.onProgress === 'function') given.onProgress(text);
  };
  const ensure = ensuring(install, (line) => {
    if (typeof given.onInstall === 'function') given.onInstall(line);
  });

  openCache();
  tell('looking for tools');
  const cells = library ?? 'osu018';
  const isAsked = wanted !== undefined || bitstream !== undefined;
  if (target === 'asic') await ensure([cells]);
  const asked = isAsked ? await requireRouter(wasm, bitstream, ensure) : undefined;
  const device = wanted ?? 'hx8k';
  const yosys = await findYosys(wasm);
  const doing = `synthesizing ${config.name} for ${target} with ${yosys.version}`;
  tell(doing);
  const tellRuns = (whole: Runs, blocks: Runs): void => {
    const parts = [
      ...(whole.all > 0 ? [`${whole.done} of ${whole.all} parts of the whole`] : []),
      `${blocks.done} of ${blocks.all} blocks`,
    ];
    tell(`${doing}: ${parts.join(', ')}`);
  };
  const { synthesis, netlist } = await synthesizeDesign(config, yosys, {
    ...{ target, library: cells, device, only, whole: only === undefined && given.blocks !== true },
    onProgress: tellRuns,
  });
  const sum = totalOf('all blocks', synthesis.blocks);
  const total = synthesis.whole?.size ?? sum;
  const blocks = synthesis.blocks.map((size) => ({ ...size, share: shareOf(size, synthesis.blocks) }));

  const routed = async (): Promise<Pick<Synthesized, 'routing' | 'note' | 'bitstream'>> => {
    if (target !== 'ice40') return {};
    const { title, luts } = DEVICES[device];
    if (!isAsked && total.luts > 2 * luts) {
      const [needs, has] = [total.luts, luts].map((count) => count.toLocaleString('en-US'));
      return { note: `not routed: ${needs} LUTs, and an ${title} has ${has}` };
    }
    const router = asked ?? (await findRouter(wasm));
    if (!router) return { note: `not routed: there is no nextpnr-ice40, nor ${ROUTER_PACKAGE} of npm` };
    tell(`placing and routing ${config.name} for ${title} with ${router.version}`);
    const { asc, ...result } = await route(config, yosys, router, { device, seed: seed ?? 1, only });
    if (bitstream === undefined || asc === undefined) return result;
    return { ...result, bitstream: bitstream === 'asc' ? Buffer.from(asc) : await router.pack(asc) };
  };
  return Object.freeze({
    ...{ ...synthesis, total, blocks, sum },
    ...(only ? {} : { addressShare: addressShare(synthesis.blocks).share }),
    ...(await routed()),
    ...(hasMacros(target) ? { netlist } : {}),
  });
};
