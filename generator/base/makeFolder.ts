import { mkdirSync, rmdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Makes a folder and those above it that are missing; returns those that it made, innermost first.
 * Node's own `recursive` never returns where the file system refuses new folders, as below /proc.
 */
export const makeFolder = (path: string): readonly string[] => {
  const make = (): readonly string[] => {
    try {
      mkdirSync(path);
      return [path];
    } catch (error) {
      if (
        (error as NodeJS.ErrnoException).code === 'EEXIST' &&
        statSync(path, { throwIfNoEntry: false })?.isDirectory()
      )
        return [];
      throw error;
    }
  };
  const above = dirname(path);
  if (above === path || statSync(above, { throwIfNoEntry: false })) return make();
  const made = makeFolder(above);
  try {
    return [...make(), ...made];
  } catch (error) {
    for (const folder of made) rmdirSync(folder);
    throw error;
  }
};
