import { count, tick } from '../base/numbers.js';
import { PASSES } from '../description/config.js';
import { ENERGY_PARTS, type Energy } from '../energy/energy.js';
import { energyText } from '../energy/text.js';
import { type Bar, barsSvg } from './bars.js';
import { engineLegend, figureHtml, type Section } from './figure.js';
import type { Results, Run } from './results.js';
import { chartRuns, layerName, runName } from './select.js';
import { escaped } from './text.js';

/** What the parts of an energy are called. */
const PART_NAMES: Readonly<Record<(typeof ENERGY_PARTS)[number], string>> = {
  macs: 'useful MACs',
  zeros: 'MACs on zeros',
  dynamicBuffer: 'dynamic buffer',
  stationaryBuffer: 'stationary buffer',
  accumulator: 'accumulator',
  dram: 'DRAM',
};

/** The heads of a table of energies, and a row of it, in nanojoules. */
export const ENERGY_HEADS = [...ENERGY_PARTS.map((part) => PART_NAMES[part]), 'all'];
export const energyCells = (energy: Energy): readonly string[] =>
  [...ENERGY_PARTS.map((part) => energy[part]), energy.total].map((picojoules) => count(picojoules / 1000));

/** What energies are by, as HTML. */
export const energyNote = ({ energies }: Results): string =>
  escaped(
    `Counters times ${energies ? `${energies.name} (${energies.source})` : 'a table of energies'}; control, clock and leakage are not in it.`,
  );

type Powered = Run & { readonly energy: Energy };

/** Energy of each layer, pass and engine. */
export const energySection = (results: Results): Section => {
  const runs = chartRuns(results).filter((run): run is Powered => run.energy !== undefined);
  const bar = (run: Powered): Bar => ({
    ...{ group: layerName(run), engine: run.engine, value: run.energy.total / 1e6, part: run.energy.dram / 1e6 },
    text: energyText(run.energy.total),
  });
  const among = runs.map(bar);
  const panels = PASSES.flatMap((pass) => {
    const bars = runs.filter((run) => run.pass === pass).map(bar);
    const label = `Bars of the energy of every layer and engine, ${pass}`;
    const draw = (width: number): string => barsSvg({ label, axis: 'microjoules', bars, among, tick }, width);
    return bars.length === 0 ? [] : [{ title: pass, draw }];
  });
  const html = figureHtml({
    text: `${energyNote(results)} Hatched: memory off the chip.`,
    panels,
    legend: engineLegend('<span class="key"><i class="swatch hatched"></i>DRAM</span>'),
    tables: [
      {
        caption: 'energy of each run, nanojoules',
        head: ['run', { group: 'nanojoules', heads: ENERGY_HEADS }],
        rows: runs.map((run) => [runName(run), ...energyCells(run.energy)]),
      },
    ],
  });
  return { id: 'energy', title: 'Energy', html };
};
