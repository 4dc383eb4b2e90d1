/**
 * The queues that carry out instructions at the same time, in the order of their hardware. `waits`: the queues whose counts of completed
 * instructions its own wait for, in the order of the words w1 and w2. `completes`: whether a unit that takes an
 * instruction says later that it has completed, or takes it as it completes.
 */
export const QUEUES = {
  load: { waits: ['exec', 'store'], completes: 'later' },
  exec: { waits: ['load', 'store'], completes: 'later' },
  store: { waits: ['exec', 'load'], completes: 'as taken' },
} as const;

export type Queue = keyof typeof QUEUES;

export const QUEUE_NAMES = Object.keys(QUEUES) as readonly Queue[];

/** A queue that another one waits for. */
export type Awaited<Q extends Queue> = (typeof QUEUES)[Q]['waits'][number];

/** The fields of an instruction of a queue that say what it waits for: a count of each of these queues. */
export type WaitsOf<Q extends Queue> = { readonly [K in `wait${Capitalize<Awaited<Q>>}`]: number };

/** Name of the field that holds the count of a queue. */
export const waitField = <Q extends Queue>(queue: Q): `wait${Capitalize<Q>}` =>
  `wait${queue[0]!.toUpperCase()}${queue.slice(1)}` as `wait${Capitalize<Q>}`;
