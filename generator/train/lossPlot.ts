import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom';
import type { Evaluation, StepRecord } from './log.js';

const { document } = parseHTML('<!doctype html><html><body></body></html>');

/** The mean of the last steps up to each, which shows where a noisy loss goes. */
const smoothed = (steps: readonly StepRecord[]): readonly StepRecord[] => {
  const width = Math.max(1, Math.round(steps.length / 40));
  return steps.map((record, i) => {
    const window = steps.slice(Math.max(0, i - width + 1), i + 1);
    return { ...record, loss: window.reduce((sum, { loss }) => sum + loss, 0) / window.length };
  });
};

type Told = Evaluation & Required<Pick<Evaluation, 'accuracy'>>;

/** A training as SVG: the loss of every step, its mean over some, and where there are any the accuracies on images held out. */
export const lossSvg = (title: string, steps: readonly StepRecord[], evaluations: readonly Evaluation[]): string => {
  const finite = steps.filter(({ loss }) => Number.isFinite(loss));
  const told = evaluations.filter((one): one is Told => one.accuracy !== undefined);
  const most = Math.max(1e-9, ...finite.map(({ loss }) => loss));
  const svg = Plot.plot({
    document: document as unknown as Document,
    className: 'loss',
    ...{ width: 760, height: 400, marginLeft: 56, marginRight: 56, marginTop: 56, marginBottom: 44 },
    style: { fontFamily: 'system-ui, sans-serif', fontSize: '12px', background: '#ffffff', color: '#1f2328' },
    x: { label: 'step', labelArrow: 'none', labelAnchor: 'center' },
    y: { label: 'loss', labelArrow: 'none', domain: [0, most], grid: true },
    marks: [
      Plot.dot(finite, { x: 'step', y: 'loss', r: 1.2, fill: '#8c959f' }),
      Plot.line(smoothed(finite), { x: 'step', y: 'loss', stroke: '#2f6fd0', strokeWidth: 2 }),
      Plot.dot(told, { x: 'step', y: ({ accuracy }: Told) => accuracy * most, r: 4, fill: '#1a7f37' }),
      Plot.text(told, {
        ...{ x: 'step', y: ({ accuracy }: Told) => accuracy * most, dy: 14, fill: '#1a7f37' },
        text: ({ accuracy }: Told) => `${(100 * accuracy).toFixed(1)} %`,
      }),
      Plot.text([`${title}: loss (line: mean)${told.length > 0 ? ', and accuracy held out (green)' : ''}`], {
        ...{ frameAnchor: 'top-left', dx: -40, dy: -36, fontSize: 14, fontWeight: 600 },
      }),
    ],
  }) as Element;
  if (svg.tagName.toLowerCase() !== 'svg') throw new Error(`${title}: not one SVG`);
  svg.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
  svg.setAttribute('role', 'img');
  svg.setAttribute('aria-label', title);
  return `${svg.outerHTML.replace(/\d+\.\d{3,}/g, (digits) => String(Number(Number(digits).toFixed(2))))}\n`;
};
