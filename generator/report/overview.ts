import { geometricMean } from '../base/lists.js';
import { count, times } from '../base/numbers.js';
import type { Section } from './figure.js';
import type { Results, Run } from './results.js';
import { chartRuns, isStrided, siblingOf, sourceWords } from './select.js';
import { escaped } from './text.js';
import { backward, networksOf } from './totals.js';
import { errorText, validationSummary } from './validation.js';

interface Card {
  readonly title: string;
  /** Figures, what each says, and the range it stands for. */
  readonly figures: readonly (readonly [figure: string, text: string, range?: string])[];
  readonly note: string;
}

const OTHERS = ['traditional', 'bp'] as const;

const range = (values: readonly number[]): string => {
  const [low, high] = [times(Math.min(...values)), times(Math.max(...values))];
  return low === high ? low : `${low} to ${high}`;
};

/** How many times as fast zerofree is as each of the others; `note` says over what. */
const speedCard = (
  title: string,
  note: string,
  ratiosOver: (engine: (typeof OTHERS)[number]) => readonly number[],
): readonly Card[] => {
  const found = OTHERS.map((engine) => [engine, ratiosOver(engine)] as const).filter(([, ratios]) => ratios.length > 0);
  if (found.length === 0) return [];
  const figures = found.map(
    ([engine, ratios]) =>
      [times(geometricMean(ratios)), `over ${engine}`, ratios.length > 1 ? range(ratios) : ''] as const,
  );
  return [{ title, figures, note }];
};

const cards = (results: Results): readonly Card[] => {
  const runs = chartRuns(results);
  const strided = runs.filter((run) => run.engine === 'zerofree' && isStrided(run));
  const ofPass = (pass: Run['pass']): readonly Card[] => {
    const own = strided.filter((run) => run.pass === pass);
    const how = sourceWords(own);
    const note =
      own.length === 1 ? `One strided layer, ${how}.` : `Geometric mean of ${own.length} strided layers, ${how}.`;
    return speedCard(`${pass} by zerofree`, note, (engine) =>
      own.flatMap((run) => {
        const other = siblingOf(runs, run, engine);
        return other ? [other.cycles / run.cycles] : [];
      }),
    );
  };
  const networks = networksOf(results).filter(({ scope }) => scope === 'all');
  const note = `Both gradients, all layers, by the model; ${networks.length === 1 ? 'one network' : `geometric mean of ${count(networks.length)} networks`}.`;
  const ofNetworks = speedCard('Networks by zerofree', note, (engine) =>
    networks.flatMap(({ engines }) => {
      const [before, after] = [engines[engine], engines.zerofree];
      return before && after && backward(after) > 0 && backward(before) > 0 ? [backward(before) / backward(after)] : [];
    }),
  );
  const model = validationSummary(results);
  const ofModel: readonly Card[] = model
    ? [
        {
          title: 'Error of the model',
          figures: [
            [errorText(model.largest), 'of the cycles, at most'],
            [`${count(model.equal)} of ${count(model.runs)}`, 'runs to the cycle'],
          ],
          note: 'Against the RTL.',
        },
      ]
    : [];
  return [...ofPass('dgrad'), ...ofPass('wgrad'), ...ofNetworks, ...ofModel];
};

const cardHtml = ({ title, figures, note }: Card): string => {
  const cells = figures.map(([figure, text, range = '']) => {
    const lines = [`<span class="figure">${escaped(figure)}</span>`, `<span>${escaped(text)}</span>`];
    return `<p>${[...lines, ...(range ? [`<span class="soft">${escaped(range)}</span>`] : [])].join(' ')}</p>`;
  });
  return `<li><h3>${escaped(title)}</h3><div class="figures">${cells.join('\n')}</div><p class="soft">${escaped(note)}</p></li>`;
};

/** The figures that matter most. */
export const figuresSection = (results: Results): Section => {
  const found = cards(results).map(cardHtml);
  return {
    id: 'figures',
    title: 'In figures',
    html: found.length > 0 ? `<ul class="cards">${found.join('\n')}</ul>` : '',
  };
};
