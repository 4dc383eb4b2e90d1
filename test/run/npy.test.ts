import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../generator/base/errors.js';
import { transpose } from '../../generator/golden/transpose.js';
import { decodeNpy, encodeNpy, type NpyArray, type NpyFile, readNpy, writeNpy } from '../../generator/run/npy.js';

/** Files written by numpy.lib.format.write_array of NumPy 2.4. */
const numpy = {
  'v1 <f4 (2, 3)':
    'k05VTVBZAQB2AHsnZGVzY3InOiAnPGY0JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDIsIDMpLCB9ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAAAAAAADAPwAAQEAAAJBAAADAQAAA8EA=',
  'v2 |i1 (2, 3)':
    'k05VTVBZAgB0AAAAeydkZXNjcic6ICd8aTEnLCAnZm9ydHJhbl9vcmRlcic6IEZhbHNlLCAnc2hhcGUnOiAoMiwgMyksIH0gICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoA//79/Ps=',
  'v3 <i4 (6,)':
    'k05VTVBZAwB0AAAAeydkZXNjcic6ICc8aTQnLCAnZm9ydHJhbl9vcmRlcic6IEZhbHNlLCAnc2hhcGUnOiAoNiwpLCB9ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAAAAAoIYBAEANAwDgkwQAgBoGACChBwA=',
  '0-d':
    'k05VTVBZAQB2AHsnZGVzY3InOiAnPGk0JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKCksIH0gICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoHAAAA',
  empty:
    'k05VTVBZAQB2AHsnZGVzY3InOiAnPGY0JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDAsIDMpLCB9ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAo=',
  fortran:
    'k05VTVBZAQB2AHsnZGVzY3InOiAnPGY0JywgJ2ZvcnRyYW5fb3JkZXInOiBUcnVlLCAnc2hhcGUnOiAoMiwgMyksIH0gICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAAAAAAABAQAAAgD8AAIBAAAAAQAAAoEA=',
  big: 'k05VTVBZAQB2AHsnZGVzY3InOiAnPmk0JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDIsIDMpLCB9ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAAAAAAAAAAQAAAAIAAAADAAAABAAAAAU=',
  f8: 'k05VTVBZAQB2AHsnZGVzY3InOiAnPGY4JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDIsIDMpLCB9ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAAAAAAAAAAAAAAAAAAPA/AAAAAAAAAEAAAAAAAAAIQAAAAAAAABBAAAAAAAAAFEA=',
  rec: 'k05VTVBZAQB2AHsnZGVzY3InOiBbKCdhJywgJzxmNCcpLCAoJ2InLCAnPGk0JyldLCAnZm9ydHJhbl9vcmRlcic6IEZhbHNlLCAnc2hhcGUnOiAoMiwpLCB9ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAAAAAAAAAAAAAAAAAAAAA',
  // by ml_dtypes 0.5: 0, 1.5, -2, 3, 0.25, -7
  bfloat16:
    'k05VTVBZAQB2AHsnZGVzY3InOiAnPFYyJywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDIsIDMpLCB9ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAAMA/AMBAQIA+4MA=',
};

const fromNumpy = (name: keyof typeof numpy): Uint8Array => Buffer.from(numpy[name], 'base64');
const plain = encodeNpy({ shape: [2, 3], data: Float32Array.of(0, 1, 2, 3, 4, 5) });

const codeOf = (bytes: Uint8Array): string => {
  try {
    decodeNpy(bytes, 'x.npy');
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    expect(error.problems).toHaveLength(1);
    expect(error.problems[0].path).toBe('x.npy');
    return error.problems[0].code;
  }
  return 'none';
};

/** A file as any writer may make it: the header's text, and the bytes behind it. */
const fileOf = (header: string, data: Uint8Array, version = 1): Uint8Array => {
  const length = version === 1 ? 2 : 4;
  const size = Buffer.alloc(length);
  size.writeUIntLE(header.length, 0, length);
  return Buffer.concat([
    Buffer.from(`\x93NUMPY${String.fromCharCode(version)}\0`, 'latin1'),
    size,
    Buffer.from(header, 'latin1'),
    data,
  ]);
};

/** A file of two elements. */
const pair = (descr: string, data: Uint8Array): Uint8Array =>
  fileOf(`{'descr': '${descr}', 'fortran_order': False, 'shape': (2,), }\n`, data);

const valuesOf = ({ shape, data }: NpyFile) => ({ shape, values: [...data] });

const patched = (change: (text: string) => string, bytes = plain): Uint8Array =>
  Buffer.from(change(Buffer.from(bytes).toString('latin1')), 'latin1');

const anyArray: fc.Arbitrary<NpyArray> = fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 4 }).chain((shape) => {
  const length = shape.reduce((product, size) => product * size, 1);
  const exactly = { minLength: length, maxLength: length };
  return fc
    .oneof<fc.Arbitrary<NpyArray['data']>[]>(fc.float32Array(exactly), fc.int8Array(exactly), fc.int32Array(exactly))
    .map((data) => ({ shape, data }));
});

describe('npy', () => {
  it.each<[keyof typeof numpy, readonly number[], readonly number[]]>([
    ['v1 <f4 (2, 3)', [2, 3], [0, 1.5, 3, 4.5, 6, 7.5]],
    ['v2 |i1 (2, 3)', [2, 3], [0, -1, -2, -3, -4, -5]],
    ['v3 <i4 (6,)', [6], [0, 1e5, 2e5, 3e5, 4e5, 5e5]],
    ['0-d', [], [7]],
    ['empty', [0, 3], []],
    ['fortran', [2, 3], [0, 1, 2, 3, 4, 5]],
    ['big', [2, 3], [0, 1, 2, 3, 4, 5]],
    ['f8', [2, 3], [0, 1, 2, 3, 4, 5]],
    ['bfloat16', [2, 3], [0, 1.5, -2, 3, 0.25, -7]],
  ])('reads what NumPy writes: %s', (name, shape, values) => {
    expect(valuesOf(decodeNpy(fromNumpy(name), ''))).toEqual({ shape, values });
  });

  it.each<[string, readonly number[], readonly number[]]>([
    ['|i1', [0xff, 0x80], [-1, -128]],
    ['<i1', [0xff, 0x80], [-1, -128]],
    ['>i1', [0xff, 0x80], [-1, -128]],
    ['i1', [0xff, 0x80], [-1, -128]],
    ['|u1', [0xff, 0x80], [255, 128]],
    ['|b1', [0, 1], [0, 1]],
    ['<i2', [0xfe, 0xff, 1, 0], [-2, 1]],
    ['>i2', [0xff, 0xfe, 0, 1], [-2, 1]],
    ['=u2', [0xfe, 0xff, 1, 0], [65534, 1]],
    ['>u4', [0xff, 0, 0, 0, 0, 0, 0, 1], [0xff000000, 1]],
    ['<i8', [...Array(7).fill(0xff), 0xff, 2, ...Array(7).fill(0)], [-1, 2]],
    ['>u8', [0, 0x1f, ...Array(6).fill(0xff), ...Array(8).fill(0)], [Number.MAX_SAFE_INTEGER, 0]],
    ['<f2', [0x00, 0xc1, 0x01, 0x00], [-2.5, 2 ** -24]],
    ['>f2', [0x7c, 0x00, 0x3c, 0x01], [Number.POSITIVE_INFINITY, 1 + 2 ** -10]],
    ['>f4', [0x3f, 0x80, 0, 0, 0xc0, 0x20, 0, 0], [1, -2.5]],
    ['>f8', [0x3f, 0xf0, 0, 0, 0, 0, 0, 0, 0xc0, 4, 0, 0, 0, 0, 0, 0], [1, -2.5]],
    ['|V2', [0x80, 0x3f, 0x20, 0xc0], [1, -2.5]],
    ['<V2', [0x80, 0x3f, 0xc0, 0x7f], [1, Number.NaN]],
  ])('reads %s', (descr, data, values) => {
    expect([...decodeNpy(pair(descr, Uint8Array.from(data)), '').data]).toEqual(values);
  });

  it.each([
    ['double quotes', '{"descr": "<i1", "fortran_order": False, "shape": (2, 3)}'],
    ['both quotes', `{"descr": '|i1', 'fortran_order': False, "shape": (2, 3), }`],
    ['another order of keys', "{'shape': (2, 3), 'descr': '|i1', 'fortran_order': False}"],
    ['no spaces', "{'descr':'|i1','fortran_order':False,'shape':(2,3)}"],
    ['spaces and lines', "  {\n'descr' :\t'|i1' ,\n'fortran_order' : False , 'shape' : ( 2 , 3 , ) , }  \n \n"],
    ['Python 2', "{u'descr': u'|i1', u'fortran_order': False, u'shape': (2L, 3L), }"],
    ['no padding, no new line', "{'descr': '|i1', 'fortran_order': False, 'shape': (2, 3), }"],
    ['a size in parentheses', "{'descr': ('|i1'), 'fortran_order': False, 'shape': ((2), 3), }"],
  ])('reads a header with %s, in every version', (_, header) => {
    for (const version of [1, 2, 3]) {
      const file = decodeNpy(fileOf(header, Uint8Array.of(0, 1, 2, 3, 4, 255), version), '');
      expect(valuesOf(file)).toEqual({ shape: [2, 3], values: [0, 1, 2, 3, 4, -1] });
    }
  });

  it('reads every order and byte order as the same values', () => {
    const shapes = fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 4 });
    const codecs = {
      f4: (view: DataView, at: number, value: number, little: boolean) => view.setFloat32(at * 4, value, little),
      f8: (view: DataView, at: number, value: number, little: boolean) => view.setFloat64(at * 8, value, little),
      i2: (view: DataView, at: number, value: number, little: boolean) => view.setInt16(at * 2, value, little),
      i8: (view: DataView, at: number, value: number, little: boolean) =>
        view.setBigInt64(at * 8, BigInt(value), little),
    } as const;
    const kinds = Object.keys(codecs) as (keyof typeof codecs)[];
    fc.assert(
      fc.property(shapes, fc.constantFrom(...kinds), fc.boolean(), fc.boolean(), (shape, kind, little, fortran) => {
        const length = shape.reduce((product, size) => product * size, 1);
        const values = Float64Array.from({ length }, (_, i) => i * 3 - 40);
        const backwards = shape.map((_, axis) => shape.length - 1 - axis);
        const stored = fortran ? transpose(values, shape, backwards) : values;
        const bytes = Buffer.alloc(length * Number(kind[1]));
        const view = new DataView(bytes.buffer, bytes.byteOffset);
        for (const [at, value] of stored.entries()) codecs[kind](view, at, value, little);
        const tuple = `(${shape.map((size) => `${size},`).join(' ')})`;
        const order = fortran ? 'True' : 'False';
        const header = `{'descr': '${little ? '<' : '>'}${kind}', 'fortran_order': ${order}, 'shape': ${tuple}, }`;
        expect(valuesOf(decodeNpy(fileOf(header, bytes), ''))).toEqual({ shape, values: [...values] });
      }),
      { seed: 8 },
    );
  });

  it('writes what NumPy writes', () => {
    const data = Float32Array.of(0, 1.5, 3, 4.5, 6, 7.5);
    const ours = Buffer.from(encodeNpy({ shape: [2, 3], data })).toString('base64');
    expect(ours).toBe(numpy['v1 <f4 (2, 3)']);
    expect(() => encodeNpy({ shape: [2, 2], data })).toThrow(RangeError);
  });

  it('reads back what it writes', () => {
    fc.assert(
      fc.property(anyArray, (array) => {
        expect(decodeNpy(encodeNpy(array), '')).toMatchObject(array);
      }),
      { seed: 6 },
    );
  });

  it('refuses every file that is cut short', () => {
    for (let length = 0; length < plain.length; length++) {
      expect(codeOf(plain.subarray(0, length))).toBe(length < 10 ? 'NPY_FOREIGN' : 'NPY_TRUNCATED');
    }
  });

  it.each<[string, Uint8Array, string]>([
    ['a text file', Buffer.from('this is not an array file at all'), 'NPY_FOREIGN'],
    ['a zip (savez)', Buffer.from('PK\x03\x04aaaaaaaaaaaa'), 'NPY_FOREIGN'],
    ['records', fromNumpy('rec'), 'NPY_DTYPE'],
    [
      'a size that is none',
      fileOf("{'descr': '|i1', 'fortran_order': False, 'shape': (2, True)}", new Uint8Array(2)),
      'NPY_HEADER',
    ],
    [
      'sizes that overflow',
      fileOf(`{'descr': '|i1', 'fortran_order': False, 'shape': (0, ${'9'.repeat(400)})}`, new Uint8Array(0)),
      'NPY_HEADER',
    ],
    ['brackets without end', fileOf('('.repeat(60000), new Uint8Array(0)), 'NPY_HEADER'],
    ['a call', fileOf("{'descr': str('|i1'), 'fortran_order': False, 'shape': (2,)}", new Uint8Array(2)), 'NPY_HEADER'],
    ['whole numbers beyond doubles', pair('<i8', Buffer.from('01000000000020000000000000000000', 'hex')), 'NPY_RANGE'],
    ['bytes after the data', Buffer.concat([plain, Buffer.of(0)]), 'NPY_TRAILING'],
    ['version 4', patched((text) => text.replace('NUMPY\x01', 'NUMPY\x04')), 'NPY_VERSION'],
    ['version 1.1', patched((text) => text.replace('NUMPY\x01\0', 'NUMPY\x01\x01')), 'NPY_VERSION'],
    ['no dictionary', patched((text) => text.replace('{', ' ')), 'NPY_HEADER'],
    ['a missing key', patched((text) => text.replace("'descr': '<f4', ", ' '.repeat(16))), 'NPY_HEADER'],
    ['a key twice', patched((text) => text.replace("'fortran_order': False", "'shape': (1, 2, 3, 4) ")), 'NPY_HEADER'],
    [
      'a key too many',
      patched((text) => text.replace(`, }${' '.repeat(24)}`, ", 'descr': '<f4', }".padEnd(27))),
      'NPY_HEADER',
    ],
    ['a negative size', patched((text) => text.replace('(2, 3)', '(-2,3)')), 'NPY_HEADER'],
    ['a size that is no tuple', patched((text) => text.replace('(2, 3)', '(2   )')), 'NPY_HEADER'],
    [
      'a shape too large to exist',
      patched((text) => text.replace('(2, 3), }', '(2, 99999999999999999999), }')),
      'NPY_TRUNCATED',
    ],
  ])('refuses %s', (_, bytes, code) => expect(codeOf(bytes)).toBe(code));

  it.each([
    ['<c8', 'complex numbers', 'array.real'],
    ['|O', 'Python objects', 'numpy.array(array.tolist())'],
    ['<U3', 'text', "array.astype('float64')"],
    ['|S3', 'text', "array.astype('float64')"],
    ['<M8[ns]', 'dates', "array.astype('int64')"],
    ['<f16', 'no float of 2, 4 or 8 bytes', 'round it to 53 bits'],
    ['<V1', 'bytes without a type', "array.astype('float32')"],
    ['float32', 'of an unknown type', 'numpy.save(file, array)'],
  ])('refuses %s: %s', (descr, what, fix) => {
    const refused = () => decodeNpy(pair(descr, new Uint8Array(32)), 'x.npy');
    expect(refused).toThrow(`elements are ${descr}, ${what} [NPY_DTYPE]`);
    expect(refused).toThrow(fix);
  });

  it('names the field of a record', () => {
    expect(() => decodeNpy(fromNumpy('rec'), '')).toThrow('as in numpy.save(file, array["a"])');
  });

  it('reads and writes files, and names one that it cannot read', () => {
    const folder = mkdtempSync(join(tmpdir(), 'bpi-npy-'));
    try {
      const array = { shape: [3], data: Int8Array.of(1, -2, 3) };
      writeNpy(join(folder, 'a.npy'), array);
      expect(readNpy(join(folder, 'a.npy'))).toMatchObject(array);
      writeFileSync(join(folder, 'b.npy'), '');
      expect(() => readNpy(join(folder, 'b.npy'))).toThrow(/b\.npy: this is not a \.npy file/);
      expect(() => readNpy(join(folder, 'c.npy'))).toThrow(UserError);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
