/** Exit codes of every command. */
export const EXIT = { ok: 0, failed: 1, usage: 2, missingTool: 3 } as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** Where the program writes to: the process, or a test. */
export interface Terminal {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  /** Whether what goes to `out` is coloured. */
  readonly color: boolean;
  /** Whether what goes to `err` is. Default: as `color`. */
  readonly errColor?: boolean;
}

/** What a command is given. */
export interface Context extends Terminal {
  /** Ends with this code once the command returns; for results that are not right, as a mismatch. */
  readonly exitWith: (code: ExitCode) => void;
}
