import type { Terminal } from './context.js';

/** The process's own streams: each is coloured on a terminal, unless NO_COLOR, `--no-color` or a dumb terminal says no. */
export const processTerminal = (args: readonly string[]): Terminal => {
  const { env, stdout, stderr } = process;
  const plain = Boolean(env.NO_COLOR) || args.includes('--no-color') || env.TERM === 'dumb';
  const isColored = (stream: NodeJS.WriteStream): boolean =>
    !plain && (Boolean(env.FORCE_COLOR) || Boolean(stream.isTTY));
  return {
    out: (text) => stdout.write(text),
    err: (text) => stderr.write(text),
    color: isColored(stdout),
    errColor: isColored(stderr),
  };
};
