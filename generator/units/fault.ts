/** What a program can do wrong; the names are those of the hardware's error causes. */
export type Cause =
  | 'OPCODE'
  | 'FIELD'
  | 'BUFFER_RANGE'
  | 'MISALIGNED'
  | 'WAIT'
  | 'READ_DECERR'
  | 'WRITE_DECERR'
  | 'NO_END'
  | 'ACCUMULATOR_RANGE'
  | 'ENGINE';

/** An illegal program: a defect of whoever made it, not of a user's input. */
export class ProgramError extends Error {
  override readonly name = 'ProgramError';

  constructor(
    readonly code: Cause,
    /** Index of the 64-byte instruction at fault. */
    readonly instruction: number,
    message: string,
  ) {
    super(`instruction ${instruction}: ${message} [${code}]`);
  }
}

/** Stops the execution of the current instruction. */
export type Fail = (code: Cause, message: string) => never;
