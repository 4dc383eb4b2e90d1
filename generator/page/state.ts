import { shellWord } from '../base/shellWord.js';
import { ENGINES, type Engine, PASSES, type Pass } from '../description/config.js';

/** All that a person has chosen. It is kept in the address of the page, behind the #, and leaves out what is so by itself. */
export interface PageState {
  readonly preset: string;
  /** Values by key, as `--set` takes them, in the order in which they were given. */
  readonly sets: ReadonlyMap<string, string>;
  /** What is computed: the keys of a layer, or the name of a network. */
  readonly workload: string;
  /** Images; empty: those of the layer, 1 for a network. */
  readonly batch: string;
  /** The layer of a network that is looked at closely; empty: its first. */
  readonly layer: string;
  readonly pass: Pass;
  readonly engine: Engine;
}

export const FIRST_STATE: PageState = Object.freeze({
  ...{ preset: 'ref16', sets: new Map<string, string>(), batch: '', layer: '' },
  ...{ workload: 'C=16,H=14,W=14,N=16,K=3,S=2,P=1', pass: 'dgrad', engine: 'traditional' },
} as const);

const TEXTS = ['preset', 'workload', 'batch', 'layer', 'pass', 'engine'] as const;

// readable in an address, where they mean nothing else
const encoded = (text: string): string =>
  encodeURIComponent(text).replace(/%(3D|2C|3A|2F)/g, (code) => decodeURIComponent(code));

/** The state as the part of an address behind the #. */
export const stateText = (state: PageState): string => {
  const parts = TEXTS.filter((name) => state[name] !== FIRST_STATE[name]).map((name) => [name, state[name]] as const);
  const sets = [...state.sets].map(([key, value]) => ['set', `${key}=${value}`] as const);
  const [preset, rest] = [parts.filter(([name]) => name === 'preset'), parts.filter(([name]) => name !== 'preset')];
  return [...preset, ...sets, ...rest].map(([name, value]) => `${name}=${encoded(value)}`).join('&');
};

const known = <T extends string>(names: readonly T[], text: string | null, usual: T): T =>
  names.find((name) => name === text) ?? usual;

/** The state that the part of an address behind the # holds; what is no pass or engine is as at first. */
export const parseState = (text: string): PageState => {
  const given = new URLSearchParams(text.replace(/^#/, '').replaceAll('+', '%2B'));
  const sets = given.getAll('set').map((set): readonly [string, string] => {
    const [, key, value] = /^([^=]*)=?(.*)$/s.exec(set)!;
    return [key!, value!];
  });
  return {
    ...FIRST_STATE,
    preset: given.get('preset') ?? FIRST_STATE.preset,
    sets: new Map(sets),
    workload: given.get('workload') ?? FIRST_STATE.workload,
    batch: given.get('batch') ?? FIRST_STATE.batch,
    layer: given.get('layer') ?? FIRST_STATE.layer,
    pass: known(PASSES, given.get('pass'), FIRST_STATE.pass),
    engine: known(ENGINES, given.get('engine'), FIRST_STATE.engine),
  };
};

/** The values of `--set` options. */
export const setsOf = ({ sets }: PageState): readonly string[] => [...sets].map(([key, value]) => `${key}=${value}`);

const setWords = (state: PageState): string =>
  setsOf(state)
    .map((set) => ` --set ${shellWord(set)}`)
    .join('');

/** The command that writes the same bytes. */
export const generateCommandOf = (state: PageState): string =>
  `npx bp-im2col generate ${shellWord(state.preset)}${setWords(state)}`;

/** The command that prints the same estimates. */
export const estimateCommandOf = (state: PageState): string =>
  `npx bp-im2col estimate ${shellWord(state.workload)} --preset ${shellWord(state.preset)}${setWords(state)}${state.batch && ` --batch ${shellWord(state.batch)}`}`;
