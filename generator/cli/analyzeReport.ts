import picocolors from 'picocolors';
import { type Analysis, type ZeroSums, zeroSums } from '../api/analyze.js';
import type { Input } from '../api/source.js';
import { formatLayer } from '../description/layer.js';
import type { Operand } from '../networks/structuralZeros.js';
import { columns } from './columns.js';

/** What a network was given, in words. */
export const inputText = ({ batch, size }: Input): string => `batch ${batch}${size === undefined ? '' : `, ${size}`}`;

const sparsity = ({ elements, zeros }: Operand): number => zeros / elements;

const jsonOperand = (operand: Operand) => ({ ...operand, sparsity: sparsity(operand) });

const jsonCounts = ({ featureMap, kernel, macs, usefulMacs, extraElements }: ZeroSums, bytes: number) => ({
  featureMap: jsonOperand(featureMap),
  kernel: jsonOperand(kernel),
  extraBytes: extraElements * bytes,
  macs,
  usefulMacs,
});

/** What `--json` prints. */
export const jsonAnalysis = (analysis: Analysis) => {
  const { name, input, strided, bytesPerElement, passes } = analysis;
  return {
    name,
    ...input,
    strided,
    bytesPerElement,
    passes: passes.map(({ layer, zeros }) => {
      const { pass, groups, rows, reduction, columns } = zeros;
      const matrix = { groups, rows, reduction, columns };
      const which = { name: layer.name, layer: formatLayer(layer.layer), pass };
      return { ...which, matrix, ...jsonCounts(zeros, bytesPerElement) };
    }),
    totals: Object.fromEntries(zeroSums(analysis).map(([pass, sums]) => [pass, jsonCounts(sums, bytesPerElement)])),
  };
};

/** Rows of comma-separated values (RFC 4180, but with newlines alone). */
export const csv = (rows: readonly (readonly (string | number)[])[]): string =>
  rows
    .map((cells) => cells.map((cell) => (/[",\n]/.test(`${cell}`) ? `"${`${cell}`.replaceAll('"', '""')}"` : cell)))
    .map((cells) => `${cells.join(',')}\n`)
    .join('');

/** What `--csv` prints: one row for each layer and pass, without totals. */
export const csvAnalysis = ({ passes, bytesPerElement }: Analysis): string =>
  csv([
    [
      ...['name', 'layer', 'pass', 'groups', 'rows', 'reduction', 'columns'],
      ...['featureMapElements', 'featureMapZeros', 'featureMapSparsity'],
      ...['kernelElements', 'kernelZeros', 'kernelSparsity', 'extraBytes', 'macs', 'usefulMacs'],
    ],
    ...passes.map(({ layer, zeros }) => {
      const { pass, groups, rows, reduction, columns, featureMap, kernel, macs, usefulMacs, extraElements } = zeros;
      return [
        ...[layer.name, formatLayer(layer.layer), pass, groups, rows, reduction, columns],
        ...[featureMap.elements, featureMap.zeros, sparsity(featureMap)],
        ...[kernel.elements, kernel.zeros, sparsity(kernel), extraElements * bytesPerElement, macs, usefulMacs],
      ];
    }),
  ]);

// made once: making it takes longer than all that it formats
const format = new Intl.NumberFormat('en-US');
const number = (value: number): string => format.format(value);
const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;

const cellsOf = (
  { featureMap, kernel, extraElements, macs, usefulMacs }: ZeroSums,
  bytes: number,
): readonly string[] => [
  number(featureMap.elements),
  number(featureMap.zeros),
  percent(sparsity(featureMap)),
  number(kernel.elements),
  number(kernel.zeros),
  percent(sparsity(kernel)),
  number(extraElements * bytes),
  number(usefulMacs),
  percent(usefulMacs / macs),
];

const convention = `Zeros after im2col, as the traditional scheme has them. Feature map: fprop X padded; dgrad dY with S-1 zeros inserted, then padded;
wgrad X padded. Kernel: wgrad dY with S-1 zeros inserted. Rows, reduction and columns are those of one group;
elements, zeros, bytes and MACs are of all groups. useful: multiply-accumulates on no such zero.
`;

/** What a person reads. */
export const humanAnalysis = (analysis: Analysis, color: boolean): string => {
  const pc = picocolors.createColors(color);
  const { name, input, strided, bytesPerElement, passes } = analysis;
  const head = ['layer', 'pass', 'rows', 'reduction', 'columns', 'feature map', 'zeros', ''];
  const rows = passes.map(({ layer, zeros }) => {
    const { pass, rows: height, reduction, columns: width } = zeros;
    return [layer.name, pass, ...[height, reduction, width].map(number), ...cellsOf(zeros, bytesPerElement)];
  });
  const totals = zeroSums(analysis).map(([pass, sums]) => [
    'total',
    pass,
    '',
    '',
    '',
    ...cellsOf(sums, bytesPerElement),
  ]);
  const layers = new Set(passes.map(({ layer }) => layer.name)).size;
  const what = [
    ...(input ? [inputText(input)] : []),
    `${layers === 1 ? '1 layer' : `${number(layers)} layers`}${strided ? ' with a stride of 2 or more' : ''}`,
    bytesPerElement === 1 ? '1 byte an element' : `${bytesPerElement} bytes an element`,
  ];
  const [titles, ...body] = columns(
    [[...head, 'kernel', 'zeros', '', 'extra bytes', 'useful MACs', ''], ...rows, ...(layers > 1 ? totals : [])],
    2,
  ).split('\n');
  return [
    `${pc.bold(name)}: ${what.join(', ')}
`,
    convention,
    `${pc.bold(titles)}\n`,
    body.join('\n'),
  ].join('');
};
