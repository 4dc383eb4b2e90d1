import { type Problem, problemsText } from '../../base/errors.js';
import type { Engine, Pass } from '../../description/config.js';
import { makeExplorer } from '../../report/page/explorer.js';
import { startHints } from '../../report/page/hints.js';
import { startTheme } from '../../report/page/theme.js';
import type { Described, Workload } from '../protocol.js';
import { estimateCommandOf, generateCommandOf, type PageState, parseState, setsOf, stateText } from '../state.js';
import { byId, showText } from './elements.js';
import { fillForm, markForm, startForm } from './form.js';
import { Study } from './study.js';
import { Line, Refused } from './workers.js';

/** Milliseconds without a change after which what takes long begins. */
const PAUSE = 350;

let state: PageState = parseState(location.hash);
/** The last configuration without a problem, and whether it is that of the state. */
let described: Described | undefined;
let isCurrent = false;
/** The values of all fields without what was given, where that is wrong. */
let usual: Readonly<Record<string, string>> = {};
let workload: Workload | undefined;

// --- What is quick: each change is answered, the last one surely -----------
const quick = new Line();
let isWaiting = false;

const problemsOf = (error: unknown): readonly Problem[] => {
  if (error instanceof Refused) return error.problems;
  throw error;
};

const layerOf = (): Workload['layers'][number] | undefined =>
  workload && (workload.layers.find(({ name }) => name === state.layer) ?? workload.layers[0]);

// --- The explorer -----------------------------------------------------------
let renewExplorer: ((isKept: boolean) => void) | undefined;

const showExplorer = (isKept = false): void => {
  const closely = layerOf();
  byId('explorer').hidden = closely === undefined;
  if (!closely) return;
  const choice = () => {
    const chosen = layerOf()!;
    const { pass, engine } = state;
    const known = described && study.estimateOf(described.config, chosen, pass, engine);
    const isBuilt = described?.config.engines.includes(engine);
    const run = known && isBuilt ? { zerosMultiplied: known.counters.zerosMultiplied!, source: 'model' } : undefined;
    return { layer: chosen.layer, pass, engine, ...(run && { run }) };
  };
  if (renewExplorer) renewExplorer(isKept);
  else {
    renewExplorer = makeExplorer(choice);
    startHints(byId('explorer'));
  }
};

const study = new Study(() => showExplorer(true));

// --- What takes long ---------------------------------------------------------
let pause: ReturnType<typeof setTimeout> | undefined;

const begin = (): void => {
  const closely = layerOf();
  if (described && isCurrent && workload && closely) void study.run(described.config, workload, closely, state);
};

/** Ends what is under way, and begins anew after a pause. */
const beginLater = (): void => {
  study.end();
  clearTimeout(pause);
  byId('estimate').classList.add('stale');
  byId('timeline').classList.add('stale');
  pause = setTimeout(begin, PAUSE);
};

// --- Showing -------------------------------------------------------------------
const shown = new Map<string, string>();

const showHtml = (id: string, html: string): void => {
  if (shown.get(id) === html) return;
  shown.set(id, html);
  const element = byId(id);
  // a table that was opened stays open
  const open = [...element.querySelectorAll('details')].map((one) => one.open);
  element.innerHTML = html;
  element.querySelectorAll('details').forEach((one, index) => {
    one.open = open[index] ?? false;
  });
  startHints(element);
};

const showState = (): void => {
  showText('generate-command', generateCommandOf(state));
  showText('estimate-command', estimateCommandOf(state));
  const { preset } = state;
  const select = byId<HTMLSelectElement>('preset');
  select.value = [...select.options].some(({ value }) => value === preset) ? preset : '';
  for (const id of ['workload', 'batch'] as const) {
    const input = byId<HTMLInputElement>(id);
    if (input !== document.activeElement) input.value = state[id];
  }
  byId<HTMLSelectElement>('pass').value = state.pass;
  byId<HTMLSelectElement>('engine').value = state.engine;
  fillForm(state.sets, usual);
};

const showDescribed = ({ config, hash, diagram, registers, area }: Described): void => {
  const { array, format, name } = config;
  const said = document.createElement('p');
  said.textContent = `${name}: ${array.rows} × ${array.columns} cells of ${format}, ${config.engines.join(', ')}; CONFIG_HASH ${hash}`;
  byId('status').replaceChildren(said);
  showHtml(
    'diagram',
    `<div class="frame"><p class="hint" aria-hidden="true">Scroll sideways for the rest →</p><div class="scroll" role="region" tabindex="0" aria-label="Block diagram">${diagram}</div></div>`,
  );
  showHtml('registers', registers);
  showHtml('area', area);
  fillForm(state.sets, usual);
};

/** A change that makes one problem right, where its fix says so in a way that can be taken at its word. */
const fixOf = ({ fix }: Problem): readonly [string, string] | undefined => {
  const [, key, value] = /^set ([\w.]+) to (?:at least )?"?([\w-]+)"?(?:,|$)/.exec(fix) ?? [];
  return key !== undefined && value !== undefined ? [key, value] : undefined;
};

const button = (text: string, act: () => void): HTMLButtonElement => {
  const made = document.createElement('button');
  made.type = 'button';
  made.textContent = text;
  made.addEventListener('click', act);
  return made;
};

const showProblems = (problems: readonly Problem[]): void => {
  showText('problems', problems.length > 0 ? problemsText(problems) : '');
  markForm(problems);
  const fixes = new Map(problems.flatMap((problem) => (fixOf(problem) ? [fixOf(problem)!] : [])));
  const wrong = [...state.sets.keys()].filter((key) =>
    problems.some(({ path }) => path === key || path.startsWith(`${key}.`) || path.startsWith(`--set ${key}=`)),
  );
  byId('undo').replaceChildren(
    ...[...fixes].map(([key, value]) => button(`Set ${key} to ${value}`, () => set(key, value))),
    ...wrong.map((key) => button(`Take back ${key}`, () => set(key, undefined))),
  );
  byId('undo').hidden = fixes.size + wrong.length === 0;
  byId<HTMLButtonElement>('zip').disabled = problems.length > 0;
  for (const id of ['diagram', 'registers', 'area']) byId(id).classList.toggle('stale', problems.length > 0);
  if (problems.length > 0) byId('status').replaceChildren();
};

const showWorkload = (problems: readonly Problem[]): void => {
  showText('workload-problems', problems.length > 0 ? problemsText(problems) : '');
  const names = workload?.layers.map(({ name }) => name) ?? [];
  const select = byId<HTMLSelectElement>('layer');
  const options = names.map((name) => new Option(name, name));
  select.replaceChildren(...options);
  select.value = layerOf()?.name ?? '';
  byId('layer-pair').hidden = names.length < 2;
};

// --- Changing ------------------------------------------------------------------
/** Answers the state as it is now; what changes meanwhile is answered afterwards. */
const answerState = async (): Promise<void> => {
  if (quick.isBusy) {
    isWaiting = true;
    return;
  }
  const asked = state;
  try {
    described = await quick.ask('describe', { preset: asked.preset, sets: setsOf(asked) });
    isCurrent = true;
    usual = described.values;
    showProblems([]);
    showDescribed(described);
  } catch (error) {
    isCurrent = false;
    showProblems(problemsOf(error));
    // an unknown preset has no values either
    usual = await quick.ask('describe', { preset: asked.preset, sets: [] }).then(
      ({ values }) => values,
      () => ({}),
    );
    fillForm(state.sets, usual);
  }
  const { workload: what, batch } = asked;
  try {
    workload = await quick.ask('workload', { workload: what, batch });
    showWorkload([]);
  } catch (error) {
    workload = undefined;
    showWorkload(problemsOf(error));
  }
  showExplorer();
  document.documentElement.dataset.answered = stateText(asked);
  if (!isWaiting) return;
  isWaiting = false;
  await answerState();
};

const changed = (next: PageState): void => {
  state = next;
  history.replaceState(null, '', `#${stateText(state)}`);
  showState();
  beginLater();
  void answerState().then(beginLater);
};

/** Gives a key a value, or none. */
const set = (key: string, value: string | undefined): void => {
  const sets = new Map(state.sets);
  if (value === undefined) sets.delete(key);
  else sets.set(key, value);
  changed({ ...state, sets });
};

const look = (next: Partial<Pick<PageState, 'layer' | 'pass' | 'engine'>>): void => {
  state = { ...state, ...next };
  history.replaceState(null, '', `#${stateText(state)}`);
  showExplorer('engine' in next);
  document.documentElement.dataset.answered = stateText(state);
  if (!('engine' in next)) beginLater();
};

const startControls = (): void => {
  startForm(set, () => fillForm(state.sets, usual));
  byId<HTMLSelectElement>('preset').addEventListener('change', ({ target }) =>
    changed({ ...state, preset: (target as HTMLSelectElement).value, sets: new Map() }),
  );
  byId('reset').addEventListener('click', () => changed({ ...state, sets: new Map() }));
  byId('workload-form').addEventListener('submit', (event) => event.preventDefault());
  byId('workload').addEventListener('input', ({ target }) =>
    changed({ ...state, workload: (target as HTMLInputElement).value.trim(), layer: '' }),
  );
  byId('batch').addEventListener('input', ({ target }) =>
    changed({ ...state, batch: (target as HTMLInputElement).value.trim() }),
  );
  byId('layer').addEventListener('change', ({ target }) => look({ layer: (target as HTMLSelectElement).value }));
  byId('pass').addEventListener('change', ({ target }) => look({ pass: (target as HTMLSelectElement).value as Pass }));
  byId('engine').addEventListener('change', ({ target }) =>
    look({ engine: (target as HTMLSelectElement).value as Engine }),
  );
  document.querySelector('.skip')!.addEventListener('click', () => byId('content').focus());
  for (const copy of document.querySelectorAll<HTMLButtonElement>('.copy')) {
    copy.addEventListener('click', () => {
      const text = byId(copy.dataset.of!).textContent ?? '';
      const say = (word: string): void => {
        copy.textContent = word;
        setTimeout(() => {
          copy.textContent = 'Copy';
        }, 1500);
      };
      navigator.clipboard.writeText(text).then(
        () => say('Copied'),
        () => say('Not allowed'),
      );
    });
  }
  window.addEventListener('hashchange', () => {
    const next = parseState(location.hash);
    if (stateText(next) !== stateText(state)) changed(next);
  });
};

const startZip = (): void => {
  const line = new Line();
  const zip = byId<HTMLButtonElement>('zip');
  zip.addEventListener('click', async () => {
    if (!described || !isCurrent || line.isBusy) return;
    const { config } = described;
    showText('zip-status', 'Generating…');
    const made = await line.ask('zip', config).catch((error: unknown) => problemsText(problemsOf(error)));
    if (typeof made === 'string') {
      showText('zip-status', made);
      return;
    }
    const { files, zip: bytes } = made;
    const link = document.createElement('a');
    link.href = URL.createObjectURL(new Blob([bytes], { type: 'application/zip' }));
    link.download = `${config.name}.zip`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
    showText('zip-status', `${config.name}.zip: ${files} files`);
  });
};

startTheme();
startControls();
startZip();
showState();
void answerState().then(beginLater);
