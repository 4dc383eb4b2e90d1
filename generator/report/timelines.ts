import { groupBy, sum } from '../base/lists.js';
import { count, percent } from '../base/numbers.js';
import { ENGINES } from '../description/config.js';
import { figureHtml, type Section } from './figure.js';
import type { Results } from './results.js';
import { stackedSvg } from './stacked.js';
import { LANES } from './timeline.js';

/** What was active over the cycles of a run, for the engines of a layer and pass. */
export const timelinesSection = ({ timelines }: Results): Section => {
  const groups = groupBy(timelines, ({ layer, pass }) => JSON.stringify([layer, pass]));
  const figures = [...groups.values()].map((group) => {
    const runs = [...group].sort((a, b) => ENGINES.indexOf(a.engine) - ENGINES.indexOf(b.engine));
    const { layer, pass } = runs[0]!;
    const label = `Timelines of ${layer} ${pass} by ${runs.map(({ engine }) => engine).join(', ')}`;
    const resolution = runs.map(({ engine, bucketCycles }) => `${engine} ${count(bucketCycles)}`).join(', ');
    return figureHtml({
      title: `${layer}, ${pass}`,
      text: `One axis of cycles for all engines. The height of a bar is the share of cycles in its bucket (cycles in a bucket: ${resolution}); the number behind a lane, the share of the run. Red: the array is idle.`,
      panels: [{ draw: (width) => stackedSvg(label, runs, width) }],
      tables: [
        {
          caption: 'share of the cycles of a run',
          head: ['engine', 'cycles', { group: 'share of the cycles', heads: LANES.map(({ label }) => label) }],
          rows: runs.map((run) => [
            ...[run.engine, count(run.runCycles)],
            ...LANES.map(({ key }) => percent(sum(run[key]) / run.runCycles)),
          ]),
        },
      ],
    });
  });
  return { id: 'timelines', title: 'Where the cycles go', html: figures.join('\n') };
};
