import { mkdirSync, renameSync, statfsSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { UserError } from '../base/errors.js';
import { withFileErrors } from '../base/fileError.js';
import { freshName } from '../base/outputFile.js';
import { discard, temporary } from '../base/processes.js';

/** A disk with less is full: what was written last may be missing. */
const LEAST_FREE = 64 * 1024;

/**
 * Has a simulator write its waves beside their place; they get their name when it has ended. So there is never half a file
 * of that name, and what was there stays when the run comes to nothing.
 * @param make writes the file of the name that it is given, which has the same extension.
 * @throws UserError when there is nothing in it, or the disk has become full.
 */
export const inPlaceOf = async <T>(path: string, make: (fresh: string) => Promise<T>): Promise<T> => {
  const { file, fresh: folder } = freshName(path);
  // a folder: simulators make further files beside their waves
  const fresh = join(folder, basename(file));
  temporary(folder);
  try {
    withFileErrors(path, () => mkdirSync(folder));
    const result = await make(fresh);
    withFileErrors(path, () => {
      const { bavail, bsize } = statfsSync(folder);
      const isFull = bavail * bsize < LEAST_FREE;
      if (isFull || (statSync(fresh, { throwIfNoEntry: false })?.size ?? 0) === 0) {
        const message = isFull ? 'the disk is full' : 'the waves could not be written';
        throw new UserError([{ code: isFull ? 'ENOSPC' : 'WAVES', path, message, fix: 'free some space' }]);
      }
      renameSync(fresh, file);
    });
    return result;
  } finally {
    discard(folder);
  }
};
