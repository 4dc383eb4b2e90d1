import { DEPTHS } from '../../timing/depths.js';

type Generator = 'dynamic' | 'stationary' | 'accumulate';

/** What the walker says of a tap, and which address generators hear it. */
interface TapField {
  readonly name: string;
  /** Bits, as a number or as the name of a parameter. */
  readonly bits: number | string;
  readonly signed?: true;
  /** What the generators take where no detection is built. */
  readonly withoutDetection?: string;
  /** Only with a vector unit. */
  readonly ofVector?: true;
  /** Its name and bits at each generator that hears it; `{}` where both are the walker's. */
  readonly to: Readonly<
    Partial<Record<Generator, { readonly as?: string; readonly bits?: string; readonly otherwise?: string }>>
  >;
}

const every = { dynamic: {}, stationary: {}, accumulate: {} };
const operands = { dynamic: {}, stationary: {} };

const TAP_FIELDS: readonly TapField[] = [
  { name: 'end', bits: 1, to: { accumulate: {} } },
  { name: 'reduce', bits: 1, to: every },
  { name: 'by_column', bits: 1, to: { stationary: {}, accumulate: {} } },
  { name: 'rect', bits: 1, withoutDetection: "1'b1", to: operands },
  { name: 'fused', bits: 1, to: { dynamic: {} } },
  { name: 'images', bits: 'IMAGES_W', to: every },
  { name: 'rows', bits: 'MAP_W', to: every },
  { name: 'columns', bits: 'MAP_W', to: every },
  { name: 'x_h', bits: 'X_W', signed: true, withoutDetection: "{X_W{1'b0} }", to: { dynamic: {} } },
  { name: 'x_w', bits: 'X_W', signed: true, to: { dynamic: {} } },
  { name: 'phase_h', bits: 'PHASE_W', withoutDetection: "{PHASE_W{1'b0} }", to: operands },
  { name: 'phase_w', bits: 'PHASE_W', withoutDetection: "{PHASE_W{1'b0} }", to: operands },
  { name: 'reduction_tiles', bits: 'TILES_W', to: { dynamic: {} } },
  { name: 'row_lanes', bits: 'LANE_W', to: operands },
  { name: 'column_lanes', bits: 'LANE_W', to: { stationary: {}, accumulate: {} } },
  // {maximum, tap h, tap w}
  { name: 'number', bits: 17, ofVector: true, to: { accumulate: {} } },
  { name: 'dyn_addr', bits: 'DYN_W', to: { dynamic: { as: 'addr' } } },
  // of these a generator hears one: of a tap that reduces, its own, else the other
  {
    name: 'pix_addr',
    bits: 'BLOCK_ADDR_W',
    to: { stationary: { as: 'addr', bits: 'STAT_W', otherwise: 'tile_addr' } },
  },
  { name: 'tile_addr', bits: 'BLOCK_ADDR_W', to: { accumulate: { as: 'addr', otherwise: 'pix_addr' } } },
];

/** Sign and range of a wire, in a column of its own. */
const wire = (bits: number | string, signed?: true): string => {
  const range = typeof bits === 'number' ? `[${bits - 1}:0]` : `[${bits}-1:0]`;
  return `${signed ? 'signed ' : ''}${bits === 1 ? '' : range}`.padEnd('[BLOCK_ADDR_W-1:0]'.length);
};

/** What a generator hears: its names, and what its FIFO holds. */
const partOf = (all: readonly TapField[], generator: Generator, detect: boolean, waiting: number) => {
  const fields = all.flatMap(({ name, bits, signed, withoutDetection, to }) => {
    const there = to[generator];
    if (!there) return [];
    return [
      {
        name: there.as ?? name,
        wire: wire(there.bits ?? bits, signed),
        bits: there.bits ?? bits,
        /** The walker's name, and how much of it the generator takes. */
        source: name,
        otherwise: there.otherwise,
        part: there.bits === undefined ? '' : `[${there.bits}-1:0]`,
        constant: detect ? undefined : withoutDetection,
      },
    ];
  });
  return {
    generator,
    fields,
    held: fields.filter(({ constant }) => constant === undefined),
    constants: fields.filter(({ constant }) => constant !== undefined),
    /** The end of a tile is an entry of its own, for those who hear of it. */
    hearsEnd: fields.some(({ name }) => name === 'end'),
    /** Taps that may wait. */
    depth: generator === 'accumulate' ? DEPTHS.taps : waiting,
  };
};

/**
 * The taps for templates: `taps.fields`, the walker's `tap_<name>_o`; `taps.generators`, what each address generator takes as
 * `tap_<name>_i`.
 * @param waiting taps that may wait for a generator of an operand.
 * @param vector whether there is a vector unit.
 */
export const tapsView = (detect: boolean, waiting: number, vector: boolean) => {
  const all = TAP_FIELDS.filter(({ ofVector }) => vector || !ofVector);
  const [dynamic, stationary, accumulate] = (['dynamic', 'stationary', 'accumulate'] as const).map((generator) =>
    partOf(all, generator, detect, waiting),
  );
  return {
    fields: all.map(({ name, bits, signed, withoutDetection }) => ({
      name,
      bits,
      wire: wire(bits, signed),
      detection: withoutDetection !== undefined,
    })),
    generators: [dynamic, stationary, accumulate],
    dynamic,
    stationary,
    accumulate,
  };
};
