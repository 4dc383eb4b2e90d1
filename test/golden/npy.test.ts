import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../generator/check/errors.js';
import {
  decodeNpy,
  encodeNpy,
  type NpyArray,
  type NpyExpectation,
  readNpy,
  writeNpy,
} from '../../generator/golden/npy.js';

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
};

const fromNumpy = (name: keyof typeof numpy): Uint8Array => Buffer.from(numpy[name], 'base64');
const plain = encodeNpy({ shape: [2, 3], data: Float32Array.of(0, 1, 2, 3, 4, 5) });

const codeOf = (bytes: Uint8Array, expected?: NpyExpectation): string => {
  try {
    decodeNpy(bytes, 'x.npy', expected);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    expect(error.problems).toHaveLength(1);
    expect(error.problems[0].path).toBe('x.npy');
    return error.problems[0].code;
  }
  return 'none';
};

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
  it('reads what NumPy writes', () => {
    expect(decodeNpy(fromNumpy('v1 <f4 (2, 3)'), '')).toEqual({
      shape: [2, 3],
      data: Float32Array.of(0, 1.5, 3, 4.5, 6, 7.5),
    });
    expect(decodeNpy(fromNumpy('v2 |i1 (2, 3)'), '')).toEqual({
      shape: [2, 3],
      data: Int8Array.of(0, -1, -2, -3, -4, -5),
    });
    expect(decodeNpy(fromNumpy('v3 <i4 (6,)'), '')).toEqual({
      shape: [6],
      data: Int32Array.of(0, 1e5, 2e5, 3e5, 4e5, 5e5),
    });
    expect(decodeNpy(fromNumpy('0-d'), '')).toEqual({ shape: [], data: Int32Array.of(7) });
    expect(decodeNpy(fromNumpy('empty'), '')).toEqual({ shape: [0, 3], data: new Float32Array(0) });
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
        expect(decodeNpy(encodeNpy(array), '')).toEqual(array);
      }),
      { seed: 6 },
    );
  });

  it('refuses every file that is cut short', () => {
    for (let length = 0; length < plain.length; length++) {
      expect(codeOf(plain.subarray(0, length))).toBe(length < 10 ? 'NPY_FOREIGN' : 'NPY_TRUNCATED');
    }
  });

  it.each<[string, Uint8Array, NpyExpectation | undefined, string]>([
    ['a text file', Buffer.from('this is not an array file at all'), undefined, 'NPY_FOREIGN'],
    ['a zip (savez)', Buffer.from('PK\x03\x04aaaaaaaaaaaa'), undefined, 'NPY_FOREIGN'],
    ['Fortran order', fromNumpy('fortran'), undefined, 'NPY_FORTRAN'],
    ['big endian', fromNumpy('big'), undefined, 'NPY_BIG_ENDIAN'],
    ['float64', fromNumpy('f8'), undefined, 'NPY_DTYPE'],
    ['records', fromNumpy('rec'), undefined, 'NPY_DTYPE'],
    ['another type than expected', plain, { descr: '|i1' }, 'NPY_DTYPE'],
    ['another shape than expected', plain, { shape: [3, 2] }, 'NPY_SHAPE'],
    ['another rank than expected', plain, { shape: [2, 3, 1] }, 'NPY_SHAPE'],
    ['bytes after the data', Buffer.concat([plain, Buffer.of(0)]), undefined, 'NPY_TRAILING'],
    ['version 4', patched((text) => text.replace('NUMPY\x01', 'NUMPY\x04')), undefined, 'NPY_VERSION'],
    ['version 1.1', patched((text) => text.replace('NUMPY\x01\0', 'NUMPY\x01\x01')), undefined, 'NPY_VERSION'],
    ['no dictionary', patched((text) => text.replace('{', ' ')), undefined, 'NPY_HEADER'],
    ['a missing key', patched((text) => text.replace("'descr': '<f4', ", ' '.repeat(16))), undefined, 'NPY_HEADER'],
    [
      'a key twice',
      patched((text) => text.replace("'fortran_order': False", "'shape': (1, 2, 3, 4) ")),
      undefined,
      'NPY_HEADER',
    ],
    [
      'a key too many',
      patched((text) => text.replace(`, }${' '.repeat(24)}`, ", 'descr': '<f4', }".padEnd(27))),
      undefined,
      'NPY_HEADER',
    ],
    ['a negative size', patched((text) => text.replace('(2, 3)', '(-2,3)')), undefined, 'NPY_HEADER'],
    ['a size that is no tuple', patched((text) => text.replace('(2, 3)', '(2   )')), undefined, 'NPY_HEADER'],
    [
      'a shape too large to exist',
      patched((text) => text.replace('(2, 3), }', '(2, 99999999999999999999), }')),
      undefined,
      'NPY_TRUNCATED',
    ],
  ])('refuses %s', (_, bytes, expected, code) => expect(codeOf(bytes, expected)).toBe(code));

  it.each<[string, Uint8Array, NpyExpectation, string]>([
    ['only the type of its place', fromNumpy('f8'), { descr: '<f4' }, 'elements are <f8, not <f4 ['],
    ['only the type of its place', fromNumpy('big'), { descr: '|i1' }, "array.astype('|i1')"],
    ['all types where any will do', fromNumpy('f8'), {}, 'not one of <f4, |i1, <i4 ['],
    ['reshape where elements are as many', plain, { shape: [3, 2] }, 'fix: reshape it: array.reshape((3, 2))'],
    [
      'the shape where they are not',
      plain,
      { shape: [2, 3, 2] },
      'fix: give an array of the shape (2, 3, 2), 12 elements; this one has 6',
    ],
  ])('names %s', (_, bytes, expected, text) => expect(() => decodeNpy(bytes, 'x.npy', expected)).toThrow(text));

  it('reads and writes files, and names one that it cannot read', () => {
    const folder = mkdtempSync(join(tmpdir(), 'bpi-npy-'));
    try {
      const array = { shape: [3], data: Int8Array.of(1, -2, 3) };
      writeNpy(join(folder, 'a.npy'), array);
      expect(readNpy(join(folder, 'a.npy'), { descr: '|i1', shape: [3] })).toEqual(array);
      writeFileSync(join(folder, 'b.npy'), '');
      expect(() => readNpy(join(folder, 'b.npy'))).toThrow(/b\.npy: this is not a \.npy file/);
      expect(() => readNpy(join(folder, 'c.npy'))).toThrow(UserError);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
