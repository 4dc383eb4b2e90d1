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

/** Runs file operations; what a user can put right (a full disk, no permission) becomes a {@link UserError} naming `path`. */
export const withFileErrors = <T>(path: string, run: () => T): T => {
  try {
    return run();
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    if (!Object.hasOwn(MEANINGS, code)) throw error;
    const [message, fix] = MEANINGS[code];
    throw Object.assign(new UserError([{ code, path, message, fix }]), { cause: error });
  }
};
