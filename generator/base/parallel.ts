import pLimit from 'p-limit';

/**
 * Does work on all items, so many at a time, and returns the results in their order. After the first error nothing more is begun.
 */
export const inParallel = async <T, R>(
  parallel: number,
  items: readonly T[],
  work: (item: T, index: number) => Promise<R>,
): Promise<readonly R[]> => {
  const limit = pLimit(parallel);
  try {
    return await Promise.all(items.map((item, index) => limit(() => work(item, index))));
  } catch (error) {
    limit.clearQueue();
    throw error;
  }
};
