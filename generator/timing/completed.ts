import type { Queue } from '../isa/queues.js';

/** Instructions completed, by queue. */
export type Completed = Readonly<Record<Queue, number>>;
