import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { z } from 'zod';
import { UserError } from '../base/errors.js';
import { withFileErrors } from '../base/fileError.js';
import { writeOutput } from '../base/outputFile.js';
import type { History } from './log.js';

const VERSION = 1;

const schema = z.strictObject({
  checkpoint: z.literal(VERSION),
  training: z.string(),
  step: z.int().min(0),
  parameters: z.string(),
  history: z.object({ steps: z.array(z.any()), evaluations: z.array(z.any()) }),
});

/** A training that goes on later: how far it is, what it has learnt, and what it was. */
export interface Checkpoint {
  readonly step: number;
  /** The memory of parameters and their state. */
  readonly parameters: Uint8Array;
  readonly history: History;
}

/** Tells trainings apart: whatever changes a number of one changes it. */
export const trainingKey = (parts: unknown, initial: Uint8Array): string =>
  createHash('sha256').update(JSON.stringify(parts)).update(initial).digest('hex');

/** Writes a checkpoint, whole or not at all. */
export const writeCheckpoint = (path: string, training: string, { step, parameters, history }: Checkpoint): void => {
  const text = JSON.stringify({
    ...{ checkpoint: VERSION, training, step, history },
    parameters: Buffer.from(parameters).toString('base64'),
  });
  writeOutput('--checkpoint', path, Buffer.from(`${text}\n`));
};

/**
 * Reads a checkpoint of this training; nothing where there is no file.
 * @throws UserError for a file that is no checkpoint, or one of another training.
 */
export const readCheckpoint = (path: string, training: string, bytes: number): Checkpoint | undefined => {
  if (!existsSync(path)) return undefined;
  const refuse = (code: string, message: string): never => {
    const fix = 'give the options that it began with, or another file, or remove it to begin anew';
    throw new UserError([{ code, path: `--checkpoint ${path}`, message, fix }]);
  };
  const text = withFileErrors(`--checkpoint ${path}`, () => readFileSync(path, 'utf8'));
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return refuse('NO_CHECKPOINT', 'it is no checkpoint');
  }
  const { success, data } = schema.safeParse(value);
  if (!success) return refuse('NO_CHECKPOINT', 'it is no checkpoint of this version');
  if (data.training !== training)
    return refuse('OTHER_TRAINING', 'it is of another training: network, data, accelerator or options differ');
  const parameters = new Uint8Array(Buffer.from(data.parameters, 'base64'));
  if (parameters.length !== bytes) return refuse('NO_CHECKPOINT', 'it is damaged');
  return { step: data.step, parameters, history: data.history };
};
