import { shellWord } from '../base/shellWord.js';
import type { Engine, Pass } from '../description/config.js';
import type { Target } from '../eda/targets.js';

/** What the commands of all points have in common, as words of the command line. */
export interface CommandBase {
  /** The network, layer or file. */
  readonly source: string;
  /** The preset, file or folder. */
  readonly accelerator: string;
  /** `--set` options that are not varied. */
  readonly sets: readonly string[];
  readonly batch?: string;
  readonly size?: string;
  readonly pass?: Pass;
  readonly strided?: boolean;
  readonly train?: boolean;
  /** A file of energies. */
  readonly energies?: string;
}

/** What gives a point again, each a line for a shell. */
export interface Commands {
  /** The same cycles and energy. */
  readonly estimate: string;
  readonly generate: string;
  /** The same area, where one was asked for. */
  readonly synth?: string;
}

/** How areas are worked out. */
export interface AreaCommand {
  readonly target: Target;
  readonly library?: string;
  readonly whole: boolean;
}

const line = (words: readonly string[]): string => ['npx', 'bp-im2col', ...words].map(shellWord).join(' ');

const option = (name: string, value: string | undefined): readonly string[] =>
  value === undefined ? [] : [name, value];

/** The commands of a point. @param sets its own `--set` options. */
export const commandsOf = (
  base: CommandBase,
  sets: readonly string[],
  engine: Engine,
  area: AreaCommand | undefined,
): Commands => {
  const set = [...base.sets, ...sets].flatMap((each) => ['--set', each]);
  const flags = [...(base.strided ? ['--strided'] : []), ...(base.train ? ['--train'] : [])];
  const estimate = [
    ...['estimate', base.source, '--preset', base.accelerator, ...set, '--engine', engine, ...flags],
    ...option('--pass', base.pass),
    ...option('--batch', base.batch),
    ...option('--size', base.size),
    ...option('--energies', base.energies),
  ];
  const how = area && [
    ...['synth', base.accelerator, ...set, '--target', area.target],
    ...option('--library', area.library),
    ...(area.whole ? [] : ['--blocks']),
  ];
  return {
    estimate: line(estimate),
    generate: line(['generate', base.accelerator, ...set]),
    ...(how ? { synth: line(how) } : {}),
  };
};
