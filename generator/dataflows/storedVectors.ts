/** Vectors of a pixel, or of a row of weights, that a STORE takes as so many groups, one behind the other in the tensor. */
export interface StoredVectors {
  /** The first of them. */
  readonly first: number;
  readonly groups: number;
  readonly vectorsPerGroup: number;
  readonly lastLanes: number;
}

/** How STOREs take channels that lie in vectors of so many lanes: a vector that is not full ends its group. */
export const storedVectors = (
  channels: number,
  vectorLanes: number,
  arrayColumns: number,
): readonly StoredVectors[] => {
  const vectors = Math.ceil(channels / vectorLanes);
  const last = channels - (vectors - 1) * vectorLanes;
  if (vectorLanes === arrayColumns || vectors === 1)
    return [{ first: 0, groups: 1, vectorsPerGroup: vectors, lastLanes: last }];
  const single = { vectorsPerGroup: 1 };
  if (last === vectorLanes) return [{ first: 0, groups: vectors, ...single, lastLanes: last }];
  return [
    { first: 0, groups: vectors - 1, ...single, lastLanes: vectorLanes },
    { first: vectors - 1, groups: 1, ...single, lastLanes: last },
  ];
};
