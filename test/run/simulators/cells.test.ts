import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { packageRoot } from '../../../generator/base/paths.js';
import { runTool } from '../../../generator/base/processes.js';
import { randomOperands, specialOperands } from '../../../generator/compile/workload.js';
import type { Config } from '../../../generator/description/config.js';
import { derive } from '../../../generator/description/derive.js';
import { parseLayer } from '../../../generator/description/layer.js';
import { presets } from '../../../generator/description/presets.js';
import { type EmittedFile, rtlFiles } from '../../../generator/emit/rtl.js';
import { adderVectors, multiplierVectors } from '../../../generator/emit/vectors/arithmetic.js';
import { formatOf } from '../../../generator/formats/index.js';
import { defineAccelerator, UserError, run as userRun } from '../../../generator/index.js';
import { runPass } from '../../../generator/run/runPass.js';
import { withCells } from '../../../generator/run/simulators/cells.js';
import { writeFiles } from '../../../generator/run/simulators/verilator.js';
import { temporaryFolders } from '../../temporary.js';

const temporaryFolder = temporaryFolders();
const SEED = 20261130;
const CYCLES = 20_000;

/** The array as generated and the one of C functions, for each depth of the adder, at the same inputs. */
const bothText = (config: Config, depths: readonly number[]): string => {
  const { prefix, array } = config;
  const { dataBits, partialBits } = derive(config);
  const floating = formatOf(config).special;
  const size = `.ROWS(${array.rows}), .COLS(${array.columns}), .SUM_W(${partialBits})`;
  const inputs = ['w_valid', 'w_data', 'x_valid', 'x_swap', 'x_data'].map((name) => `.${name}_i(${name})`).join(', ');
  const each = depths.map((stages) => {
    const instance = (module: string, letter: string): string =>
      `${module} #(${size}, .ADD_STAGES(${stages})) ${letter}${stages} (.clk_i(clk), .rst_i(rst), ${inputs}, .y_data_o(y_${letter}${stages}));`;
    return `
    wire [${array.columns * partialBits - 1}:0] y_v${stages}, y_c${stages};
    ${instance(`${prefix}array`, 'v')}
    ${instance(`${prefix}array_c`, 'c')}`;
  });
  const arithmetic = `
    ${prefix}fp32_add #(.STAGES(1)) u_add (.clk_i(clk), .a_i(sum_a), .b_i(sum_b), .y_o(sum));
    ${prefix}bf16_mul u_mul (.clk_i(clk), .en_i(1'b1), .a_i(product_a), .b_i(product_b), .y_o(product));`;
  return `module both (
    input  wire clk, rst,
    input  wire [${array.rows - 1}:0] w_valid, x_valid, x_swap,
    input  wire [${array.rows * dataBits - 1}:0] w_data, x_data,
    input  wire [31:0] sum_a, sum_b,
    input  wire [15:0] product_a, product_b,
    output wire [31:0] sum, product,
    output wire [${depths.length - 1}:0] differs
);
    assign differs = {${depths.map((stages) => `y_v${stages} !== y_c${stages}`).join(', ')}};
${each.join('\n')}
${floating ? arithmetic : '    assign {sum, product} = 0;'}
endmodule
`;
};

/** Builds both beside each other and runs them; gives what the run printed. */
const compare = async (
  config: Config,
  change?: { readonly of: (text: string) => string; readonly stages: number },
): Promise<string> => {
  const folder = temporaryFolder();
  const { prefix, array } = config;
  const { dataBits } = derive(config);
  const { special, addStages } = formatOf(config);
  const all = Array.from({ length: addStages.most - addStages.least + 1 }, (_, i) => addStages.least + i);
  const depths = change ? [change.stages] : all;
  const rtl = rtlFiles(config).filter(({ path }) => /(array|pe|bf16_mul|fp32_add|checks)\.vh?$/.test(path));
  const replaced = withCells(config, rtl, 'c');
  const named = (end: string): EmittedFile => replaced.find(({ path }) => path.endsWith(end))!;
  writeFiles(folder, [
    ...rtl,
    {
      path: 'rtl/array_c.v',
      text: named(`${prefix}array.v`).text.replace(`module ${prefix}array `, `module ${prefix}array_c `),
    },
    { path: 'cells/array.cpp', text: change ? change.of(named('array.cpp').text) : named('array.cpp').text },
    { path: 'both.v', text: bothText(config, depths) },
    { path: 'main.cpp', text: readFileSync(join(packageRoot, 'tb', 'cells', 'compare.cpp'), 'utf8') },
    { path: 'sums', text: special ? adderVectors(SEED, 4000) : '' },
    { path: 'products', text: special ? multiplierVectors(SEED, 4000) : '' },
  ]);
  const fill = 4 * array.columns + 8 * array.rows + 16;
  const defines = `-DFLOATING=${special ? 1 : 0} -DROWS=${array.rows} -DDATA_W=${dataBits} -DFILL=${fill}`;
  const sources = ['both.v', ...rtl.map(({ path }) => path).filter((path) => path.endsWith('.v')), 'rtl/array_c.v'];
  await runTool(
    'verilator',
    [
      ...['--cc', '--exe', '--build', '-O3', '-Wno-fatal', '-Irtl', '--top-module', 'both', '--Mdir', 'obj'],
      ...['-CFLAGS', `-std=c++17 -O1 -I../cells ${defines}`, '-o', 'both', 'main.cpp', ...sources],
    ],
    { cwd: folder },
  );
  const { all: printed, exitCode } = await runTool(
    join(folder, 'obj', 'both'),
    [`${SEED}`, `${CYCLES}`, 'sums', 'products'],
    {
      cwd: folder,
      reject: false,
    },
  );
  expect(exitCode === 0, printed).toBe(/^PASS /m.test(printed));
  return printed;
};

const { tiny4, odd } = presets;
const sized = (of: Config, rows: number, columns: number): Config =>
  defineAccelerator({ ...of, name: `${of.name}_${rows}x${columns}`, array: { rows, columns } });

describe('the C functions have the bits of the generated cells in every cycle', () => {
  it.each([
    ['bf16', 4, 3],
    ['bf16', 1, 1],
    ['int8', 4, 3],
    ['int8', 1, 1],
  ] as const)('%s, %i x %i, at every depth of the adder', async (format, rows, columns) => {
    const output = await compare(sized(format === 'bf16' ? odd : tiny4, rows, columns));
    expect(output).toMatch(/^PASS \d+ checks$/m);
    expect(Number(/PASS (\d+)/.exec(output)![1])).toBeGreaterThan(CYCLES - 100);
  });

  it.each([
    ['one NaN', 'odd', 'return (bits & ~SIGN) > EXPONENT ? NOT_A_NUMBER : bits;', 'return bits;'],
    ['structural zeros', 'odd', '? SIGN : product;', '? 0 : product;'],
    ['a swap without a vector', 'odd', 'x_valid[i] & x_swap[i];', 'x_swap[i];'],
    ['sums that are held', 'tiny4', 'above[i] + product[i], held[i]', 'above[i] + product[i], 0'],
  ] as const)('and this test sees it when not: %s', async (_, name, from, to) => {
    const broken = (text: string): string => {
      expect(text.split(from).length).toBe(2);
      return text.replace(from, to);
    };
    const config = sized(presets[name], 4, 3);
    expect(await compare(config, { of: broken, stages: config.addStages })).toMatch(/^FAIL /m);
  });
});

it.each([
  ['odd', 'dgrad', 'bp', 'C=6,H=7,W=5,N=7,K=3,S=2,P=1'],
  ['odd', 'wgrad', 'zerofree', 'C=6,H=7,W=5,N=7,K=3,S=2,P=1'],
  ['tiny4', 'dgrad', 'traditional', 'C=8,H=6,W=6,N=6,K=3,S=2,P=1'],
] as const)('a system runs alike with either: %s, %s by %s', async (name, pass, engine, text) => {
  const config = presets[name];
  const layer = parseLayer(text);
  const operands = (config.format === 'bf16' ? specialOperands : randomOperands.bind(undefined, config))(
    ...([layer, pass, 7] as const),
  );
  const of = async (cells: 'verilog' | 'c') => runPass(config, layer, pass, engine, { operands, seed: 7, cells });
  const [verilog, c] = [await of('verilog'), await of('c')];
  expect(verilog.passed).toBe(true);
  expect([verilog.cells, c.cells]).toEqual(['verilog', 'c']);
  expect(c.counters).toEqual(verilog.counters);
  expect({ ...c, cells: 'verilog', cyclesPerSecond: 0 }).toEqual({ ...verilog, cyclesPerSecond: 0 });
});

it('C functions are refused in Icarus', async () => {
  const options = {
    config: 'tiny4',
    layer: 'C=4,H=4,W=4,N=4,K=1',
    pass: 'fprop',
    simulator: 'icarus',
    cells: 'c',
  } as const;
  await expect(userRun(options)).rejects.toThrow(UserError);
});

it('the emitted Verilog does not hold them', () => {
  for (const config of [tiny4, odd])
    for (const { text } of rtlFiles(config)) expect(text).not.toMatch(/DPI-C|cells_step/);
});
