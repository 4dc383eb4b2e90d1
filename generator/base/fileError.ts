import { UserError } from './errors.js';

const MEANINGS: Readonly<Record<string, readonly [message: string, fix: string]>> = {
  ENOSPC: ['the disk is full', 'free some space, or give a folder on another disk'],
  EDQUOT: ['your disk quota is used up', 'free some space, or give a folder on another disk'],
  EACCES: ['permission denied', 'give a place that you may read and write'],
  EPERM: ['permission denied', 'give a place that you may read and write'],
  EROFS: ['the file system is read-only', 'give a place that can be written'],
  ENOTDIR: ['a part of the path is a file, not a folder', 'give a path whose parts are folders'],
  EEXIST: ['a file is in the way', 'give another path'],
  EISDIR: ['it is a folder, not a file', 'give the path of a file'],
  ENOENT: ['there is no such file or folder', 'check the path'],
  ENAMETOOLONG: ['the path is too long', 'give a shorter path'],
  ELOOP: ['the path goes through a loop of symbolic links', 'give a path without symbolic links'],
  EMFILE: ['too many files are open', 'raise the limit (ulimit -n), or close other programs'],
  EBUSY: ['it is in use', 'close the program that uses it'],
  EXDEV: ['it spans two disks', 'give a folder on one disk'],
};

/** What an error of the file system means to a user, when it is one that a user can put right. */
export const meaningOf = (error: unknown): { readonly message: string; readonly fix: string } | undefined => {
  const { code = '' } = error as NodeJS.ErrnoException;
  if (!Object.hasOwn(MEANINGS, code)) return undefined;
  const [message, fix] = MEANINGS[code];
  return { message, fix };
};

const OF_THE_MACHINE: readonly string[] = ['CACHE', 'ENOSPC', 'EDQUOT'];

/** Whether an error is about the machine's disk, so that all further work would meet it too. */
export const isOfTheMachine = (error: unknown): boolean =>
  OF_THE_MACHINE.includes(
    error instanceof UserError ? error.problems[0]!.code : ((error as NodeJS.ErrnoException)?.code ?? ''),
  );

/** Runs file operations; what a user can put right (a full disk, no permission) becomes a {@link UserError} naming `path`. */
export const withFileErrors = <T>(path: string, run: () => T): T => {
  try {
    return run();
  } catch (error) {
    const meaning = meaningOf(error);
    if (!meaning) throw error;
    const code = (error as NodeJS.ErrnoException).code!;
    throw Object.assign(new UserError([{ code, path, ...meaning }]), { cause: error });
  }
};
