import { createRequire } from 'node:module';
import type { Trace } from './vcd.js';

/** A diagram as WaveDrom takes it. */
export interface WaveJson {
  readonly signal: readonly (
    | readonly unknown[]
    | { readonly name?: string; readonly wave?: string; readonly data?: readonly string[] }
  )[];
  readonly head: { readonly text: string; readonly tick?: number };
  readonly config: { readonly hscale: number };
}

/** A row: a signal of the trace, and for a word the signal that says when it means something. */
export interface Row {
  readonly signal: string;
  readonly valid?: string;
  /** Each cycle has a word of its own, even if it is the same again. */
  readonly beats?: boolean;
}

/** Cycles that are shown, first and last; between two spans time is left out. */
export type Span = readonly [first: number, last: number];

const GAP = '|';

/** One row's wave: one character for each cycle, and the words it shows, in hexadecimal. */
const wave = (trace: Trace, { signal, valid, beats }: Row, spans: readonly Span[]) => {
  let text = '';
  let before: string | undefined;
  const data: string[] = [];
  const put = (mark: string, word?: string): void => {
    const key = `${mark}${word ?? ''}`;
    if (key === before) text += '.';
    else {
      text += mark;
      if (word !== undefined) data.push(word);
    }
    before = key;
  };
  spans.forEach(([first, last], index) => {
    if (index > 0) text += GAP;
    for (let cycle = first; cycle <= last; cycle++) {
      const value = trace.value(signal, cycle);
      if (valid === undefined) put(value === undefined ? 'x' : `${value}`);
      else if (trace.value(valid, cycle) !== 1 || value === undefined) put('x');
      else {
        if (beats) before = undefined;
        put('=', value.toString(16));
      }
    }
  });
  return { name: signal, wave: text, ...(data.length > 0 ? { data } : {}) };
};

/** A diagram of some cycles of a trace; groups of rows have names. */
export const waveJson = (
  trace: Trace,
  title: string,
  groups: readonly (readonly [name: string, rows: readonly Row[]])[],
  spans: readonly Span[],
): WaveJson => {
  const cycles = spans.reduce((sum, [first, last]) => sum + last - first + 1, spans.length - 1);
  const clock = { name: 'aclk', wave: `p${'.'.repeat(cycles - 1)}` };
  return {
    signal: [clock, ...groups.flatMap(([name, rows]) => [{}, [name, ...rows.map((row) => wave(trace, row, spans))]])],
    // a gap would be counted as a cycle
    head: spans.length === 1 ? { text: title, tick: 0 } : { text: title },
    config: { hscale: 1 },
  };
};

/** WaveDrom's drawing of a diagram, on white paper so that it is read in light and dark. */
export const renderWaves = (diagram: WaveJson): string => {
  const require = createRequire(import.meta.url);
  const wavedrom = require('wavedrom');
  const skin = require('wavedrom/skins/default.js');
  const svg: string = wavedrom.onml.stringify(wavedrom.renderAny(0, structuredClone(diagram), skin));
  const body = svg.slice(svg.indexOf('>') + 1);
  return `${svg.slice(0, svg.indexOf('>') + 1)}<rect width="100%" height="100%" fill="#fff"/>${body.trimEnd()}\n`;
};
