import { type Problem, problemsText } from '../../base/errors.js';
import { count } from '../../base/numbers.js';
import type { Estimate } from '../../compile/estimate.js';
import { samePrediction } from '../../compile/samePrediction.js';
import { type Config, type Engine, PASSES, type Pass } from '../../description/config.js';
import type { Layer } from '../../description/layer.js';
import type { Activity } from '../../machine/activity.js';
import { startHints } from '../../report/page/hints.js';
import { stackedSvg } from '../../report/stacked.js';
import { scrolling } from '../../report/table.js';
import { type EstimatedRow, estimatesHtml } from '../estimates.js';
import type { Workload } from '../protocol.js';
import type { PageState } from '../state.js';
import { byId, showText } from './elements.js';
import { Ended, Pool, Refused } from './workers.js';

/** Longer runs are not drawn: their timelines take too long, and show too little. */
const MOST_CYCLES = 3_000_000;
/** Widths of a timeline in pixels. */
const [NARROWEST, WIDEST] = [360, 1100];

type Outcome = { readonly estimate: Estimate } | { readonly problems: readonly Problem[] };

/** A pass of a layer by an engine on an accelerator. */
interface Item {
  readonly layer: string;
  readonly pass: Pass;
  readonly engine: Engine;
  readonly ask: { readonly config: Config; readonly spec: string; readonly pass: Pass; readonly engine: Engine };
  /** Equal for what predicts the same. */
  readonly key: string;
}

const itemOf = (
  config: Config,
  { name, spec, layer }: { readonly name: string; readonly spec: string; readonly layer: Layer },
  pass: Pass,
  engine: Engine,
): Item => {
  const same = samePrediction(config, layer, pass, engine);
  const ask = { spec, pass, ...same };
  const { name: _name, prefix: _prefix, ...hardware } = same.config;
  return { layer: name, pass, engine, ask, key: JSON.stringify([hardware, spec, pass, same.engine]) };
};

const most = Math.max(1, Math.min(4, (navigator.hardwareConcurrency || 2) - 1));

/** What the performance model says of a layer or a network, and of a pass of a layer closely. What was asked once is kept. */
export class Study {
  private readonly pool = new Pool(most);
  private readonly outcomes = new Map<string, Outcome>();
  private readonly activities = new Map<string, Activity>();
  private turn = 0;
  private drawn: (() => void) | undefined;

  constructor(
    /** Called when estimates have come. */
    private readonly told: () => void,
  ) {
    let width = 0;
    new ResizeObserver(([entry]) => {
      const now = Math.round(entry!.contentRect.width);
      if (now !== width && this.drawn) this.drawn();
      width = now;
    }).observe(byId('timeline'));
  }

  /** The estimate of a pass, once it is known. */
  estimateOf(config: Config, layer: Workload['layers'][number], pass: Pass, engine: Engine): Estimate | undefined {
    const outcome = this.outcomes.get(itemOf(config, layer, pass, engine).key);
    return outcome && 'estimate' in outcome ? outcome.estimate : undefined;
  }

  /** Ends what is under way. */
  end(): void {
    this.turn++;
    this.pool.end();
  }

  /** Works out a workload on an accelerator: first what is looked at closely. */
  async run(
    config: Config,
    { layers }: Workload,
    closely: Workload['layers'][number],
    state: PageState,
  ): Promise<void> {
    this.end();
    const turn = this.turn;
    const items = layers.flatMap((layer) =>
      PASSES.flatMap((pass) => config.engines.map((engine) => itemOf(config, layer, pass, engine))),
    );
    const isClose = ({ layer, pass }: Item): boolean => layer === closely.name && pass === state.pass;
    const close = items.filter(isClose);
    this.show(items);
    try {
      await this.estimate(close, items);
      await this.drawTimeline(close, closely.spec, state.pass, turn);
      await this.estimate(items, items);
    } catch (error) {
      if (!(error instanceof Ended)) throw error;
    }
  }

  private async estimate(some: readonly Item[], all: readonly Item[]): Promise<void> {
    const missing = new Map(some.filter(({ key }) => !this.outcomes.has(key)).map((item) => [item.key, item]));
    await Promise.all(
      [...missing.values()].map(async ({ key, ask }) => {
        try {
          this.outcomes.set(key, { estimate: await this.pool.ask('estimate', ask) });
        } catch (error) {
          if (!(error instanceof Refused)) throw error;
          this.outcomes.set(key, { problems: error.problems });
        }
        this.show(all);
      }),
    );
  }

  private show(items: readonly Item[]): void {
    const known = items.filter(({ key }) => this.outcomes.has(key));
    const rows: EstimatedRow[] = [];
    const wrong: Problem[] = [];
    for (const { layer, pass, engine, key } of known) {
      const outcome = this.outcomes.get(key)!;
      if ('estimate' in outcome) rows.push({ layer, pass, engine, estimate: outcome.estimate });
      else wrong.push(...outcome.problems.map((each) => ({ ...each, path: `${layer} ${pass} ${engine}` })));
    }
    const isOver = known.length === items.length;
    byId('estimate').classList.toggle('stale', !isOver);
    showText('estimate-status', isOver ? '' : `${count(known.length)} of ${count(items.length)} passes predicted…`);
    if (!isOver) return;
    showText('workload-problems', wrong.length > 0 ? problemsText(wrong) : '');
    const box = byId('estimate');
    const isOpen = box.querySelector('details')?.open ?? false;
    box.innerHTML = estimatesHtml(rows);
    const details = box.querySelector('details');
    if (details) details.open = isOpen;
    startHints(box);
    this.told();
  }

  private async drawTimeline(items: readonly Item[], spec: string, pass: Pass, turn: number): Promise<void> {
    const box = byId('timeline');
    const short = items.filter(({ key }) => {
      const outcome = this.outcomes.get(key)!;
      return 'estimate' in outcome && outcome.estimate.cycles <= MOST_CYCLES;
    });
    this.drawn = undefined;
    box.classList.add('stale');
    showText('timeline-status', 'Drawing…');
    await Promise.all(
      short.map(async ({ key, ask }) => {
        if (!this.activities.has(key)) this.activities.set(key, await this.pool.ask('activity', ask));
      }),
    );
    if (turn !== this.turn) return;
    const runs = short.map(({ key, engine }) => ({ ...this.activities.get(key)!, engine }));
    const left = items.length - short.length;
    const why = `not drawn: ${left} that the accelerator cannot do, or of more than ${count(MOST_CYCLES)} cycles`;
    showText('timeline-status', left === 0 ? '' : why);
    box.classList.remove('stale');
    this.drawn = () => {
      const width = Math.max(NARROWEST, Math.min(WIDEST, box.clientWidth));
      const label = `Timelines of ${spec} ${pass} by ${runs.map(({ engine }) => engine).join(', ')}`;
      box.innerHTML = runs.length === 0 ? '' : scrolling(label, stackedSvg(label, runs, width));
      startHints(box);
    };
    this.drawn();
  }
}
