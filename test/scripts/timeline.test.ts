import { describe, expect, it } from 'vitest';
import type { Activity } from '../../generator/machine/activity.js';
import { drawnCycles, timelineSvg } from '../../generator/report/timeline.js';

const text = { title: 'a < b & "c"', subtitle: 'layer.' };

const activity = (runCycles: number, bucketCycles: number, arrayBusy: readonly number[]): Activity => {
  const none = arrayBusy.map(() => 0);
  return { runCycles, bucketCycles, readBeats: none, writeBeats: none, execOpen: none, store: none, arrayBusy };
};

/** Outline and share of a lane. */
const lane = (svg: string, label: string) => ({
  path: new RegExp(`<g><title>${label}:.*?d="(M[^"]*)"`, 's').exec(svg)![1],
  share: new RegExp(`<g><title>${label}:.*?([\\d.]+) %`, 's').exec(svg)![1],
});

describe('the timeline', () => {
  it('draws neighbours of one height as one step, and leaves gaps open', () => {
    const drawn = activity(10, 1, [1, 1, 1, 0, 0, 1, 0, 0, 0, 0]);
    const svg = timelineSvg(drawn, drawnCycles(drawn, { from: 0, to: 99 }), text);
    expect(lane(svg, 'array busy')).toEqual({ path: 'M0 100V0h3V100h2V0h1V100h4V100z', share: '40.0' });
    expect(lane(svg, 'STORE').share).toBe('0.0');
    expect(svg).toContain('Every cycle is drawn.');
  });

  it('shows even one cycle of a bucket, and measures the last bucket by what is in it', () => {
    const drawn = activity(3250, 1000, [1, 500, 1000, 250]);
    const svg = timelineSvg(drawn, drawnCycles(drawn, { from: 0, to: 4000 }), text);
    expect(lane(svg, 'array busy').path).toBe('M0 100V99h1V50h1V0h1.25V100z');
    expect(svg).toContain('Each bar is 1,000 cycles');
  });

  it('labels the cycles of a part of the run', () => {
    const drawn = activity(30_000, 1, new Array(200).fill(1));
    const svg = timelineSvg(drawn, drawnCycles(drawn, { from: 20_000, to: 20_200 }), text);
    const labels = [...svg.matchAll(/>([\d,]+)<\/text>/g)].map(([, label]) => label);
    expect(labels.slice(0, 2)).toEqual(['20,000', '20,020']);
    expect(labels.at(-1)).toBe('20,200');
    expect(lane(svg, 'array busy').share).toBe('100.0');
    expect(drawnCycles(drawn, { from: 20_000, to: 90_000 })).toEqual({ from: 20_000, to: 30_000 });
  });

  it('is well-formed and stays small at its finest', () => {
    const noisy = Array.from({ length: 4096 }, (_, index) => (index * 7919) % 17);
    const drawn = { ...activity(4096 * 16, 16, noisy), readBeats: noisy, writeBeats: noisy, store: noisy };
    const svg = timelineSvg({ ...drawn, execOpen: noisy }, { from: 0, to: 4096 * 16 }, text);
    expect(svg.length).toBeLessThan(500 * 1024);
    expect(svg).toContain('a &lt; b &amp; &quot;c&quot;');
    expect(svg.match(/<g>/g)).toHaveLength(svg.match(/<\/g>/g)!.length);
    expect(svg).toContain('prefers-color-scheme: dark');
  });
});
