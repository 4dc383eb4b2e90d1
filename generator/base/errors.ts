/** One thing wrong with what a user gave, where it is and what to do about it. */
export interface Problem {
  /** Stable upper-case name of the kind of problem, e.g. `OUT_OF_RANGE`. */
  readonly code: string;
  /** Where: a key, a configuration path or a file. */
  readonly path: string;
  /** What is wrong, in words. */
  readonly message: string;
  /** The smallest change that makes it right. */
  readonly fix: string;
}

/** Code of the problem that a missing program (a simulator, say) is reported with; a command then exits with 3. */
export const MISSING_TOOL = 'MISSING_TOOL';

/** How parts of {@link problemsText} are emphasised. */
export interface Emphasis {
  readonly title: (text: string) => string;
  readonly path: (text: string) => string;
  readonly code: (text: string) => string;
}

const same = (text: string): string => text;

/** Problems as people read them, the same wherever they do. */
export const problemsText = (
  problems: readonly Problem[],
  { title, path: strong, code: soft }: Emphasis = { title: same, path: same, code: same },
): string =>
  [
    title(problems.length === 1 ? 'error' : `error: ${problems.length} problems`),
    ...problems.flatMap(({ code, path, message, fix }) => [
      `  ${strong(path)}: ${message} ${soft(`[${code}]`)}`,
      `    fix: ${fix}`,
    ]),
    '',
  ].join('\n');

const line = ({ code, path, message, fix }: Problem): string => `${path}: ${message} [${code}]\n  fix: ${fix}`;

/** Input that a user can correct. Carries every problem found, not only the first. */
export class UserError extends Error {
  /** By which it is known where classes are not. */
  override readonly name = 'UserError';
  /** All that was found, one at least; frozen. */
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    super(problems.map(line).join('\n'));
    this.problems = Object.freeze(problems.map((problem) => Object.freeze(problem)));
  }
}

/** The first problem of what was thrown; of anything but a {@link UserError}, that it is a fault of the program. */
export const problemOf = (error: unknown, path: string): Problem => {
  if (error instanceof UserError) return error.problems[0]!;
  const message = error instanceof Error ? error.message : String(error);
  return { code: 'FAULT', path, message: `a fault in the program: ${message}`, fix: 'report it' };
};
