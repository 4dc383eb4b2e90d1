import type { Config } from '../../generator/description/config.js';
import type { EmittedFile } from '../../generator/emit/rtl.js';
import type { Bug } from './proof.js';

/**
 * The files with a seeded bug in one of them.
 * @throws when the text to change does not stand there exactly once: the bug must follow the template.
 */
export const withBug = (config: Config, files: readonly EmittedFile[], bug: Bug): readonly EmittedFile[] => {
  const path = `rtl/${config.prefix}${bug.block}.v`;
  const file = files.find((candidate) => candidate.path === path);
  const times = (file?.text.split(bug.find).length ?? 1) - 1;
  if (!file || times !== 1) {
    throw new Error(
      `seeded bug "${bug.name}": its text stands ${times} times in ${path}, not once: ${JSON.stringify(bug.find)}`,
    );
  }
  const changed = { path, text: file.text.replace(bug.find, () => bug.replace) };
  return files.map((candidate) => (candidate === file ? changed : candidate));
};
