import { expect, it } from 'vitest';
import { presets } from '../../generator/description/presets.js';
import { registerMapHeader, registerMapMarkdown } from '../../generator/emit/registerMap.js';
import { counters, countersMask, ERROR_CAUSES, registers } from '../../generator/isa/registers.js';

const configs = Object.values(presets);

it('puts each register on an offset of its own, inside the window, in ascending order', () => {
  for (const config of configs) {
    const offsets = registers(config).map(({ offset }) => offset);
    expect(offsets).toEqual([...new Set(offsets)].sort((a, b) => a - b));
    expect(offsets.every((offset) => offset % 4 === 0 && offset < 4096)).toBe(true);
  }
});

it('gives no bit of a register to two fields', () => {
  for (const register of configs.flatMap((config) => registers(config))) {
    const bits = register.fields.flatMap(({ low, bits }) => Array.from({ length: bits }, (_, bit) => low + bit));
    expect(new Set(bits).size).toBe(bits.length);
    expect(Math.max(0, ...bits)).toBeLessThan(32);
  }
});

it('names the error causes 1 to 14', () => {
  expect(ERROR_CAUSES.map(({ code }) => code)).toEqual(Array.from({ length: 14 }, (_, index) => index + 1));
});

it('writes every register, cause and counter to the page and to the header', () => {
  for (const config of configs) {
    const page = registerMapMarkdown(config);
    const header = registerMapHeader(config);
    for (const { name, definition } of counters(config)) {
      expect(page).toContain(`\`${name}\` | ${definition}`);
      expect(header).toContain(definition);
    }
    for (const { name } of ERROR_CAUSES) expect(header).toContain(`ERROR_${name} `);
    for (const { name, offset } of registers(config).filter((register) => register.offset < 0x100)) {
      const digits = offset.toString(16).padStart(3, '0').toUpperCase();
      expect(page).toContain(`| 0x${digits} | ${name.toUpperCase()} |`);
      expect(header).toMatch(new RegExp(`#define BPI_${name.toUpperCase()} +0x${digits} `));
    }
  }
});

it('leaves the high words without bits when addresses have 32', () => {
  const high = registers(presets.tiny4).find(({ name }) => name === 'program_hi')!;
  expect(high.fields).toEqual([]);
  expect(registers(presets.odd).find(({ name }) => name === 'program_hi')!.fields[0].bits).toBe(8);
});

it('says which counters there are, and gives no bits to the others', () => {
  const built = (set: 'all' | 'basic' | 'none') => {
    const config = { ...presets.tiny4, counters: set };
    const map = registers(config).filter(({ offset }) => offset >= 0x100);
    expect(map).toHaveLength(2 * counters(config).length);
    const names = counters(config).flatMap(({ name, exists }, index) => {
      expect(map.slice(2 * index, 2 * index + 2).every(({ fields }) => fields.length === Number(exists))).toBe(true);
      expect(Math.floor(countersMask(config) / 2 ** index) % 2).toBe(Number(exists));
      return exists ? [name] : [];
    });
    expect(registerMapHeader(config)).toMatch(
      new RegExp(`BPI_COUNTERS_VALUE +0x${countersMask(config).toString(16).padStart(8, '0').toUpperCase()}u`),
    );
    return names;
  };
  expect(built('all')).toEqual(counters(presets.tiny4).map(({ name }) => name));
  expect(built('basic')).toEqual(['cycles', 'arrayBusy', 'usefulMacs', 'dramBytesRead', 'dramBytesWritten']);
  expect(built('none')).toEqual([]);
});
