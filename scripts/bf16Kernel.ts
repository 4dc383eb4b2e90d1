/**
 * The bf16 array as WebAssembly, sixteen columns at a time: its text, of which `generator/formats/bf16Kernel.ts` holds the module.
 * Functions here are macros, as a call costs more than what it would do. Pointers count bytes of one memory.
 */

/** Columns that are computed side by side, in vectors of four: as `KERNEL_COLUMNS` has it. */
const VECTORS = [0, 1, 2, 3] as const;

const get = (local: string): string => `(local.get $${local})`;
const set = (local: string, value: string): string => `(local.set $${local} ${value})`;
const number = (value: number): string => `(i32.const ${value})`;
/** Four times the same 32 bits. */
const bits = (value: number): string => `(v128.const i32x4 ${`0x${value.toString(16)} `.repeat(4)})`;
const splat = (value: string): string => `(i32x4.splat ${value})`;

const SIGN = bits(0x80000000);
/** What stands for a structural zero among the weights, 2^-133. */
const STRUCTURAL = 0x00010000;
const NAN = bits(0x7fc00000);

/** A field of a record of 32-bit words. */
const field = (of: string, index: number): string => `(i32.load offset=${4 * index} ${get(of)})`;

/** Below the smallest normal number becomes zero of its sign. */
const flush = (x: string): string =>
  set(
    x,
    `(v128.andnot ${get(x)}
      (v128.and (i32x4.eq (v128.and ${get(x)} ${bits(0x7f800000)}) ${bits(0)}) ${bits(0x7fffffff)}))`,
  );

/**
 * One step down the array: sum += x · w, where the product of a structural zero is −0. With `plain` operands nothing is flushed and no
 * zero is structural.
 */
const mac = (vector: number, plain: boolean): string => `
  ${set('w', `(v128.load offset=${16 * vector} align=4 ${get('weights')})`)}
  ${set('product', `(f32x4.mul ${get('x')} ${get('w')})`)}
  ${
    plain
      ? ''
      : `${flush('product')}
  ${set('product', `(v128.bitselect ${SIGN} ${get('product')} (i32x4.eq ${get('w')} ${bits(STRUCTURAL)}))`)}`
  }
  ${set(`sum${vector}`, `(f32x4.add ${get(`sum${vector}`)} ${get('product')})`)}
  ${plain ? '' : flush(`sum${vector}`)}`;

/** The one NaN. */
const canonical = (x: string): string => set(x, `(v128.bitselect ${get(x)} ${NAN} (f32x4.eq ${get(x)} ${get(x)}))`);

/** bf16 bits as numbers in the order of the values, −0 below +0 and the NaN above all. */
const rank = (x: string): string => `
  (v128.xor ${get(x)}
    (v128.or ${bits(0x8000)}
      (v128.and (i32x4.shr_s (i32x4.shl ${get(x)} ${number(16)}) ${number(31)}) ${bits(0x7fff)})))`;

/** Which of a vector's columns lie at or behind `first` and before `end`. */
const between = (vector: number, first: string, end: string): string => `
  (v128.and
    (i32x4.ge_s ${get(`columns${vector}`)} ${splat(first)})
    (i32x4.lt_s ${get(`columns${vector}`)} ${splat(end)}))`;

/** The entry's lanes add the sum; or keep the greater one, with the tap that it came from. */
const accumulate = (vector: number): string => {
  const sum = `sum${vector}`;
  const place = `offset=${16 * vector} align=4 ${get('to')}`;
  const held = `(v128.load32_zero offset=${4 * vector} align=1 ${get('flags')})`;
  return `
  ${set('inside', between(vector, get('first'), get('last')))}
  ${set(sum, `(v128.and ${get(sum)} ${between(vector, number(0), get('width'))})`)}
  ${set('old', `(v128.load ${place})`)}
  (if (i32.lt_s ${get('tap')} ${number(0)})
    (then
      ${set('new', get('old'))}
      ${flush('new')}
      ${set('new', `(f32x4.add ${get('new')} ${get(sum)})`)}
      ${flush('new')}
      ${canonical('new')})
    (else
      ${canonical(sum)}
      ${set(sum, `(i32x4.shr_u ${get(sum)} ${number(16)})`)}
      ${set('before', `(i32x4.shr_u ${get('old')} ${number(16)})`)}
      ${set('held', `(i32x4.extend_low_i16x8_s (i16x8.extend_low_i8x16_s ${held}))`)}
      ${set('held', `(v128.and ${get('held')} (i32x4.ge_u ${rank('before')} ${rank(sum)}))`)}
      ${set('new', `(v128.andnot ${get(sum)} (i32x4.eq ${get(sum)} ${bits(0x8000)}))`)}
      ${set('new', `(v128.or (i32x4.shl ${get('new')} ${number(16)}) ${splat(get('tap'))})`)}
      ${set('new', `(v128.bitselect ${get('old')} ${get('new')} ${get('held')})`)}))
  (v128.store ${place} (v128.bitselect ${get('new')} ${get('old')} ${get('inside')}))
  ${set('held', `(i16x8.narrow_i32x4_s ${get('inside')} ${get('inside')})`)}
  ${set('held', `(v128.or (i8x16.narrow_i16x8_s ${get('held')} ${get('held')}) ${held})`)}
  (v128.store32_lane offset=${4 * vector} align=1 0 ${get('flags')} ${get('held')})`;
};

const IMPORTS = ['values', 'written', 'mask', 'sums', 'present', 'pitch', 'rows', 'items'];
const NUMBERS =
  'done item row lastRow lane element column weights to flags first last leastWeight mostWeight plain'.split(' ');
const FOURS = ['x', 'w', 'product', 'old', 'before', 'new', 'held', 'inside'].concat(
  VECTORS.flatMap((vector) => [`sum${vector}`, `columns${vector}`]),
);
const locals = (names: readonly string[], type: string): string =>
  names.map((name) => `(local $${name} ${type})`).join(' ');

const loop = (name: string, over: string, body: readonly string[]): string =>
  `(block $${name}Over (loop $${name} (br_if $${name}Over ${over})\n${body.join('\n')}\n(br $${name})))`;

/** What is done with each row whose operand is held for the item. */
const eachRow = (name: string, body: readonly string[]): string => `
  ${set('row', `(i32.add (global.get $rows) (i32.shl ${field('item', 2)} ${number(4)}))`)}
  ${loop(name, `(i32.ge_u ${get('row')} ${get('lastRow')})`, [
    `(if (i32.and (i32.ge_s ${get('lane')} ${field('row', 2)}) (i32.lt_s ${get('lane')} ${field('row', 3)})) (then`,
    set('element', `(i32.and (i32.add ${field('row', 0)} ${field('item', 0)}) (global.get $mask))`),
    ...body,
    '))',
    set('row', `(i32.add ${get('row')} ${number(16)})`),
  ])}`;

const sumRows = (name: string, plain: boolean): string =>
  eachRow(name, [
    set('x', `(v128.load32_splat (i32.add (global.get $values) (i32.shl ${get('element')} ${number(2)})))`),
    set('weights', `(i32.shl (i32.add ${field('row', 1)} ${get('column')}) ${number(2)})`),
    ...VECTORS.map((vector) => mac(vector, plain)),
  ]);

const lesser = (a: string, b: string): string => `(select ${a} ${b} (i32.lt_s ${a} ${b}))`;
const greater = (a: string, b: string): string => `(select ${a} ${b} (i32.gt_s ${a} ${b}))`;

/** A number, or the least or greatest of a vector's lanes where that is beyond it. */
const reduce = (into: string, either: (a: string, b: string) => string, lanes: number, lane: string): string =>
  Array.from({ length: lanes }, (_, index) =>
    [set('element', lane.replace('LANE', `${index}`)), set(into, either(get(into), get('element')))].join('\n'),
  ).join('\n');

/** Least and greatest exponent of the weights, where a zero counts as 1 and a structural one as 2^-127. */
const weightRange = `
  ${set('old', bits(127))}
  ${set('new', bits(127))}
  ${set('row', '(global.get $rows)')}
  ${set('lastRow', `(i32.add ${get('row')} (i32.shl ${get('rowCount')} ${number(4)}))`)}
  ${loop('eachWeightRow', `(i32.ge_u ${get('row')} ${get('lastRow')})`, [
    set('column', number(0)),
    loop('eachWeight', `(i32.ge_s ${get('column')} ${get('width')})`, [
      set('w', `(v128.load align=4 (i32.shl (i32.add ${field('row', 1)} ${get('column')}) ${number(2)}))`),
      set('columns0', `(i32x4.add (v128.const i32x4 0 1 2 3) ${splat(get('column'))})`),
      set('inside', between(0, number(0), get('width'))),
      set('inside', `(v128.and ${get('inside')} (f32x4.ne ${get('w')} ${bits(0)}))`),
      set('w', `(v128.and (i32x4.shr_u ${get('w')} ${number(23)}) ${bits(255)})`),
      set('w', `(v128.bitselect ${get('w')} ${bits(127)} ${get('inside')})`),
      set('old', `(i32x4.min_s ${get('old')} ${get('w')})`),
      set('new', `(i32x4.max_s ${get('new')} ${get('w')})`),
      set('column', `(i32.add ${get('column')} ${number(4)})`),
    ]),
    set('row', `(i32.add ${get('row')} ${number(16)})`),
  ])}
  ${set('leastWeight', number(127))}
  ${set('mostWeight', number(127))}
  ${reduce('leastWeight', lesser, 4, `(i32x4.extract_lane LANE ${get('old')})`)}
  ${reduce('mostWeight', greater, 4, `(i32x4.extract_lane LANE ${get('new')})`)}`;

/**
 * Checks vectors of operands: records of so many bytes, whose words 0, 2 and 3 are an address and the lanes of it that are read, from one to before
 * another. Keeps least and greatest exponent, where a zero counts as 1. Returns how many there are before one with an element that was never written.
 */
const check = `
  (func (export "check") (param $record i32) (param $bytes i32) (param $count i32) (result i32)
    ${locals(['done', 'at', 'left', 'element', 'leastOne', 'mostOne'], 'i32')}
    ${locals(['x', 'inside', 'least', 'most'], 'v128')}
    ${set('least', bits(0x7f7f7f7f))}
    ${set('most', bits(0x7f7f7f7f))}
    ${loop('eachRecord', `(i32.ge_s ${get('done')} ${get('count')})`, [
      set('at', `(i32.add ${field('record', 0)} ${field('record', 2)})`),
      set('left', `(i32.sub ${field('record', 3)} ${field('record', 2)})`),
      loop('eachSixteen', `(i32.le_s ${get('left')} ${number(0)})`, [
        set('element', `(i32.and ${get('at')} (global.get $mask))`),
        // sixteen at once, if they do not go on at the buffer's beginning
        `(if (i32.le_u ${get('element')} (i32.sub (global.get $mask) ${number(15)}))
          (then
            ${set('x', `(v128.load align=1 (i32.add (global.get $written) ${get('element')}))`)}
            ${set(
              'inside',
              `(i8x16.lt_s (v128.const i8x16 ${Array.from({ length: 16 }, (_, lane) => lane).join(' ')}) (i8x16.splat ${lesser(get('left'), number(16))}))`,
            )}
            ${set('x', `(v128.bitselect ${get('x')} ${bits(0x7f7f7f7f)} ${get('inside')})`)}
            ${set('at', `(i32.add ${get('at')} ${number(16)})`)}
            ${set('left', `(i32.sub ${get('left')} ${number(16)})`)})
          (else
            ${set('x', `(i8x16.splat (i32.load8_u (i32.add (global.get $written) ${get('element')})))`)}
            ${set('at', `(i32.add ${get('at')} ${number(1)})`)}
            ${set('left', `(i32.sub ${get('left')} ${number(1)})`)}))`,
        `(if (i32.eqz (i8x16.all_true ${get('x')})) (then (return ${get('done')})))`,
        set('least', `(i8x16.min_u ${get('least')} ${get('x')})`),
        set('most', `(i8x16.max_u ${get('most')} ${get('x')})`),
      ]),
      set('done', `(i32.add ${get('done')} ${number(1)})`),
      set('record', `(i32.add ${get('record')} ${get('bytes')})`),
    ])}
    ${set('leastOne', number(127))}
    ${set('mostOne', number(127))}
    ${reduce('leastOne', lesser, 16, `(i8x16.extract_lane_u LANE ${get('least')})`)}
    ${reduce('mostOne', greater, 16, `(i8x16.extract_lane_u LANE ${get('most')})`)}
    (global.set $least ${get('leastOne')})
    (global.set $most ${get('mostOne')})
    ${get('done')})`;

/**
 * Whether all operands are finite, and every product is a multiple of 2^-126 below 2^128. Then so is every finite sum: nothing is flushed,
 * and no product overflows.
 */
const isPlain = `
  (i32.and
    (i32.and
      (i32.le_s ${greater('(global.get $most)', get('mostWeight'))} ${number(254)})
      (i32.gt_s ${get('leastWeight')} ${number(0)}))
    (i32.and
      (i32.ge_s (i32.add (global.get $least) ${get('leastWeight')}) ${number(2 * 127 + 2 * 7 - 126)})
      (i32.le_s (i32.add (global.get $most) ${get('mostWeight')}) ${number(2 * 127 - 2 + 128)})))`;

/** WebAssembly text. The lists of rows and items are described where they are filled, in `Bf16Arithmetic`. */
export const bf16KernelText = (): string => `(module
  (import "array" "memory" (memory 1))
  ${IMPORTS.map((name) => `(import "array" "${name}" (global $${name} i32))`).join('\n  ')}
  (global $least (mut i32) (i32.const 127))
  (global $most (mut i32) (i32.const 127))
  ${check}
  (func (export "stream") (param $rowCount i32) (param $count i32) (param $width i32) (param $tap i32) (result i32)
    ${locals(NUMBERS, 'i32')}
    ${locals(FOURS, 'v128')}
    ${weightRange}
    ${set('plain', isPlain)}
    ${set('item', '(global.get $items)')}
    ${loop('eachItem', `(i32.ge_s ${get('done')} ${get('count')})`, [
      set('lane', field('item', 1)),
      set('first', field('item', 5)),
      set('last', field('item', 6)),
      set('lastRow', `(i32.add (global.get $rows) (i32.shl ${field('item', 3)} ${number(4)}))`),
      set('column', number(0)),
      loop('eachColumn', `(i32.ge_s ${get('column')} (global.get $pitch))`, [
        ...VECTORS.map((vector) => set(`sum${vector}`, bits(0))),
        `(if ${get('plain')}
          (then ${sumRows('eachPlainRow', true)})
          (else ${sumRows('eachOtherRow', false)}))`,
        set('to', `(i32.add (i32.mul ${field('item', 4)} (global.get $pitch)) ${get('column')})`),
        set('flags', `(i32.add (global.get $present) ${get('to')})`),
        set('to', `(i32.add (global.get $sums) (i32.shl ${get('to')} ${number(2)}))`),
        ...VECTORS.map((vector) => {
          const own = [0, 1, 2, 3].map((lane) => 4 * vector + lane);
          return set(`columns${vector}`, `(i32x4.add (v128.const i32x4 ${own.join(' ')}) ${splat(get('column'))})`);
        }),
        ...VECTORS.map(accumulate),
        set('column', `(i32.add ${get('column')} ${number(4 * VECTORS.length)})`),
      ]),
      set('done', `(i32.add ${get('done')} ${number(1)})`),
      set('item', `(i32.add ${get('item')} ${number(28)})`),
    ])}
    ${get('done')}))
`;
