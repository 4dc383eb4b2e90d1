import { day } from '../base/numbers.js';
import { conditionsSection, runsSection } from './appendix.js';
import { cyclesSection } from './cycles.js';
import { energySection } from './energy.js';
import { explorerSection } from './explorer.js';
import type { Section } from './figure.js';
import { groupedSection } from './grouped.js';
import { networksSection } from './networks.js';
import { figuresSection } from './overview.js';
import { pageHtml } from './pageHtml.js';
import { reorganizersSection } from './reorganizers.js';
import type { Results, Run } from './results.js';
import { rooflineSection } from './roofline.js';
import { chartRuns, dramBytes } from './select.js';
import { sizesSection } from './sizes.js';
import { speedupSection } from './speedup.js';
import { timelinesSection } from './timelines.js';
import { trafficSection } from './traffic.js';
import { trainingSection } from './training.js';
import { validationSection, validationSummary } from './validation.js';

/** Sections in order; those that the results have nothing for are left out. */
const sectionsOf = (results: Results): readonly Section[] => {
  const has = (there: boolean, section: (results: Results) => Section): readonly Section[] =>
    there ? [section(results)] : [];
  const charted = chartRuns(results);
  const moves = (run: Run): boolean => dramBytes(run) > 0 && run.compulsoryBytes > 0 && run.usefulMacs > 0;
  return [
    speedupSection(results),
    figuresSection(results),
    ...has(
      results.networks.length > 0 || results.moreNetworks.length > 0 || results.comparison !== undefined,
      networksSection,
    ),
    ...has(results.grouped.length > 0, groupedSection),
    ...has(results.reorganizers.length > 0, reorganizersSection),
    ...has(charted.length > 0, cyclesSection),
    ...has(charted.some(moves), rooflineSection),
    ...has(charted.some(moves), trafficSection),
    ...has(
      charted.some(({ energy }) => energy !== undefined),
      energySection,
    ),
    ...has(results.training !== undefined, trainingSection),
    ...has(results.sizes.length > 0, sizesSection),
    ...has(results.timelines.length > 0, timelinesSection),
    explorerSection(results),
    ...has(validationSummary(results) !== undefined, validationSection),
    ...has(results.runs.length > 0, runsSection),
    conditionsSection(results),
  ].filter(({ html }) => html !== '');
};

/** The report as one HTML file that needs nothing else. Charts are drawn here; the page's script only adds to them. */
export const reportHtml = (results: Results): Promise<string> => {
  const { preset, rows, columns, format } = results.machine;
  return pageHtml({
    title: `bp-im2col: ${results.subject ?? 'results'} on ${preset}`,
    subtitle: `${rows}×${columns} array, ${format}. ${day(results.meta.date)}`,
    sections: sectionsOf(results),
    script: 'main',
  });
};
