/** How the learning rate goes over a training. `cosine`: from the rate that is given down to 0 by half a cosine. */
export const SCHEDULES = ['constant', 'cosine'] as const;
export type Schedule = (typeof SCHEDULES)[number];

/** The learning rate of a step, from 1, of so many. */
export const rateOf = (schedule: Schedule, rate: number, step: number, steps: number): number =>
  schedule === 'constant' ? rate : (rate / 2) * (1 + Math.cos((Math.PI * (step - 1)) / steps));
