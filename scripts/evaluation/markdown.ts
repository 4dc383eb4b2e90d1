import { groupBy, mean, sum } from '../../generator/base/lists.js';
import { change, count, percent, ratio, typeset } from '../../generator/base/numbers.js';
import { ENGINES, type Engine } from '../../generator/description/config.js';
import { reductionRows } from '../../generator/report/comparison.js';
import { GROUPED_HEAD, groupedRows } from '../../generator/report/grouped.js';
import { explanation, measuredChanges, rateRows } from '../../generator/report/rateTables.js';
import type { NetworkTotals, Results, Run } from '../../generator/report/results.js';
import { flatHead } from '../../generator/report/table.js';
import { backward, training } from '../../generator/report/totals.js';
import { BARS, summarize } from './validation.js';

/** A table whose first columns are text. */
const table = (head: readonly string[], text: number, rows: readonly (readonly string[])[]): string => {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [
    line(head),
    `|${head.map((_, column) => (column < text ? '---|' : '---:|')).join('')}`,
    ...rows.map(line),
  ].join('\n');
};

const names = ENGINES.map((engine) => `\`${engine}\``);

type Engines<T> = Readonly<Record<Engine, T>>;

/** Groups that have all three engines, by engine. */
const byEngine = <T extends { readonly engine: Engine }>(
  items: readonly T[],
  key: (item: T) => string,
): readonly Engines<T>[] =>
  [...groupBy(items, key).values()]
    .map((group) => Object.fromEntries(group.map((item) => [item.engine, item])) as Engines<T>)
    .filter((engines) => ENGINES.every((engine) => engines[engine] !== undefined));

const layerTable = (runs: readonly Run[]): string =>
  table(
    ['layer', 'pass', ...names, 'over `traditional`', 'over `bp`', 'useful', 'of the bound', 'DRAM ÷ compulsory'],
    2,
    byEngine(runs, ({ layer, pass }) => `${layer} ${pass}`).map(({ traditional, bp, zerofree }) => [
      ...[zerofree.layer, zerofree.pass, ...[traditional, bp, zerofree].map(({ cycles }) => count(cycles))],
      ...[ratio(traditional.cycles / zerofree.cycles), ratio(bp.cycles / zerofree.cycles)],
      ...[percent(zerofree.utilization), percent(zerofree.utilization / zerofree.laneBound)],
      ratio((zerofree.dramBytesRead + zerofree.dramBytesWritten) / zerofree.compulsoryBytes),
    ]),
  );

const networkTable = (networks: readonly NetworkTotals[], scope: NetworkTotals['scope']): string =>
  table(
    ['network', 'layers', ...names, 'over `traditional`', 'over `bp`', 'useful: `traditional`', '`bp`', '`zerofree`'],
    1,
    byEngine(
      networks.filter((one) => one.scope === scope),
      ({ network }) => network,
    ).map(({ traditional, bp, zerofree }) => [
      ...[zerofree.network, String(zerofree.layers)],
      ...[traditional, bp, zerofree].map((totals) => count(backward(totals) / 1000)),
      ...[ratio(backward(traditional) / backward(zerofree)), ratio(backward(bp) / backward(zerofree))],
      ...[traditional, bp, zerofree].map(({ utilization }) => percent(utilization)),
    ]),
  );

/** All layers: each pass of `zerofree`, and all three by each engine. */
const trainingTable = (networks: readonly NetworkTotals[]): string =>
  table(
    ['network', 'fprop', 'dgrad', 'wgrad', ...names.map((name) => `three passes: ${name}`)],
    1,
    byEngine(
      networks.filter(({ scope }) => scope === 'all'),
      ({ network }) => network,
    ).map(({ traditional, bp, zerofree }) => [
      zerofree.network,
      ...[zerofree.fprop, zerofree.dgrad, zerofree.wgrad].map((cycles) => count(cycles / 1000)),
      ...[traditional, bp, zerofree].map((totals) => count(training(totals) / 1000)),
    ]),
  );

/** Both gradients of the reference layers, as the README has them. */
export const summaryMarkdown = ({ runs }: Pick<Results, 'runs'>): string => {
  const gradients = byEngine(
    runs.filter(({ pass }) => pass !== 'fprop'),
    ({ layer, pass }) => `${layer} ${pass}`,
  );
  const layers = [...groupBy(gradients, ({ zerofree }) => zerofree.layer)].map(([layer, passes]) => {
    const cycles = (engine: Engine): number => sum(passes.map((pass) => pass[engine].cycles));
    const useful = (engine: Engine): number =>
      sum(passes.map((pass) => pass[engine].cycles * pass[engine].utilization)) / cycles(engine);
    return { layer, cycles, useful, spec: passes[0]!.zerofree.spec };
  });
  const saved = mean(layers.map(({ cycles }) => 1 - cycles('zerofree') / cycles('traditional')));
  const head = ['layer', ...names, 'over `traditional`', 'over `bp`', 'useful: `traditional`', '`bp`', '`zerofree`'];
  const rows = layers.map(({ layer, spec, cycles, useful }) => [
    ...[`${layer} \`${spec}\``, ...ENGINES.map((engine) => count(cycles(engine)))],
    ...[ratio(cycles('traditional') / cycles('zerofree')), ratio(cycles('bp') / cycles('zerofree'))],
    ...ENGINES.map((engine) => percent(useful(engine))),
  ]);
  const below = `\`zerofree\` takes ${percent(saved, 0)} fewer cycles than \`traditional\`, mean of these layers.`;
  return `${table(head, 1, rows)}\n\n${below}\n`.replaceAll('\u00a0', ' ');
};

/** The results as the tables of docs/results.md, in Markdown. Parts that the results do not have are left out. */
export const resultsMarkdown = (results: Results): string => {
  const { meta, machine, runs, networks, moreNetworks, grouped, validation, comparison } = results;
  const versions = Object.entries(meta.versions).map(([name, version]) => `${name} ${version}`);
  const specs = [...new Map(runs.map(({ layer, spec }) => [layer, spec]))];
  const summary = summarize(
    validation.map((row) => ({ ...row, error: row.predictedCycles / row.cycles - 1, wrong: [] })),
  );
  const [head, ...changes] = reductionRows(comparison?.reductions ?? []);
  const [rateHead, ...rates] = rateRows(results);
  const measured = measuredChanges(results);
  const parts = [
    `\`${meta.command}\`, on ${meta.date.slice(0, 10)} with ${versions.join(', ')}, seed ${meta.seed}: \`${machine.preset}\`, ` +
      `${machine.rows}x${machine.columns} ${machine.format}, ${machine.busBytesPerCycle} bytes a cycle to and from memory, ${machine.onChipBytes / 1024} KiB on chip.`,
    ...(runs.length > 0
      ? [
          '## Reference layers, on the RTL',
          'Cycles of whole layers, from the first load to the last store. The columns behind them are of `zerofree`: speedups, useful multiply-accumulates of ' +
            'all that the array could do, that as a share of the lane bound, and bytes to and from memory over those that no plan can avoid.',
          layerTable(runs),
          specs.map(([layer, spec]) => `${layer} \`${spec}\``).join(' · '),
        ]
      : []),
    ...(networks.length > 0
      ? [
          '## Networks, by the performance model',
          'Thousands of cycles of both gradients, batch 2; speedups and useful utilization. First all layers with a stride of 2 or more, then all layers, linear ones too.',
          ...(['strided', 'all'] as const).map((scope) => networkTable(networks, scope)),
        ]
      : []),
    ...(moreNetworks.length > 0
      ? [
          '## More networks, and all three passes',
          'The same of all layers of networks that are not among those of the paper, nor in any mean below.',
          networkTable(moreNetworks, 'all'),
          'Thousands of cycles of all layers: each pass of `zerofree`, then forward pass and both gradients together by each engine.',
          trainingTable([...networks, ...moreNetworks]),
        ]
      : []),
    ...(grouped.length > 0
      ? [
          '## Depthwise and grouped layers, by the performance model',
          'Layers with groups, of one channel (depthwise) or more, by `zerofree`, batch 2: useful multiply-accumulates of all that the array could do in the forward pass and ' +
            'both gradients, that as a share of the lane bound, and the cycles of these layers in all three passes.',
          table(flatHead(GROUPED_HEAD), 2, groupedRows(grouped)),
        ]
      : []),
    ...(comparison && head
      ? [
          '## Beside the published figures',
          'Changes of both gradients over `traditional`, means over these networks; the last column is over `bp`. Where the paper says what is saved at least, the least of the networks stands beside it.' +
            (comparison.reductions.some(({ simple }) => simple !== undefined)
              ? ' The simple reorganizer writes one element a cycle and overlaps with nothing.'
              : ''),
          table(
            head,
            3,
            changes.map((row) => row.map(typeset)),
          ),
          comparison.reasons.map((reason) => `- ${typeset(reason)}`).join('\n'),
        ]
      : []),
    ...(rateHead
      ? [
          'What `bp` changes of the runtime, by the elements that the reorganize step of `traditional` writes in a cycle (means over the networks, by the model):',
          table(rateHead, 1, rates),
          ...(measured.length > 0
            ? [
                `On the RTL, with one element a cycle, alone: ${measured.map(([layer, share]) => `${layer} ${change(share)}`).join(', ')}.`,
              ]
            : []),
          explanation(results).join(' '),
        ]
      : []),
    ...(summary.runs > 0
      ? [
          '## The model against the RTL',
          `${summary.runs} runs: cycles within ${percent(BARS.usual, 0)} in ${percent(summary.within)} of them, equal in ${summary.equalCycles}, ` +
            `at most ${percent(summary.worst, 2)} off; bytes, buffer accesses and all other counters equal in ${summary.exact}.`,
        ]
      : []),
  ];
  // Markdown is read and searched as it is, too: its spaces are plain
  return `${parts.join('\n\n').replaceAll('\u00a0', ' ')}\n`;
};
