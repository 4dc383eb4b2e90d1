import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { day } from '../base/numbers.js';
import { packageRoot } from '../base/paths.js';
import { render } from '../emit/template.js';
import { conditionsSection, runsSection } from './appendix.js';
import { pageScript } from './bundle.js';
import { cyclesSection } from './cycles.js';
import { explorerSection } from './explorer.js';
import type { Section } from './figure.js';
import { groupedSection } from './grouped.js';
import { networksSection } from './networks.js';
import { figuresSection } from './overview.js';
import { reorganizersSection } from './reorganizers.js';
import type { Results, Run } from './results.js';
import { rooflineSection } from './roofline.js';
import { chartRuns, dramBytes } from './select.js';
import { sizesSection } from './sizes.js';
import { speedupSection } from './speedup.js';
import { escaped } from './text.js';
import { timelinesSection } from './timelines.js';
import { trafficSection } from './traffic.js';
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
    ...has(results.sizes.length > 0, sizesSection),
    ...has(results.timelines.length > 0, timelinesSection),
    explorerSection(results),
    ...has(validationSummary(results) !== undefined, validationSection),
    ...has(results.runs.length > 0, runsSection),
    conditionsSection(results),
  ].filter(({ html }) => html !== '');
};

/** The report as one HTML file that needs nothing else. Charts are drawn here; the page's script only adds to them. */
export const reportHtml = async (results: Results): Promise<string> => {
  const style = readFileSync(join(packageRoot, 'templates', 'report', 'style.css'), 'utf8');
  const { preset, rows, columns, format } = results.machine;
  return render('report/page.html', {
    title: `bp-im2col: results on ${escaped(preset)}`,
    subtitle: escaped(`${rows}×${columns} array, ${format}. ${day(results.meta.date)}`),
    style,
    sections: sectionsOf(results).map((section, index) => ({
      ...{ ...section, heading: escaped(section.heading ?? section.title) },
      // what a reader sees first comes before the list of sections
      first: index === 0,
    })),
    // a script ends at the first closing tag, wherever that stands
    script: (await pageScript()).replaceAll('</script', '<\\/script'),
  });
};
