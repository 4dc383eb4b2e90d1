/** How strongly a coefficient is drawn to 0, where the samples leave it open. */
const DRAW = 1e-3;
/** Rounds of descent, coordinate by coordinate; each is a few thousand operations. */
const ROUNDS = 2000;

/** A point whose value is known: its features, all of one length, and the value, more than 0. */
export interface Sample {
  readonly features: readonly number[];
  readonly value: number;
}

/** Estimates a value from features. */
export type Estimator = (features: readonly number[]) => number;

/**
 * The sum of features, each times a coefficient of 0 or more, with the least squares of relative errors over the samples: parts of a
 * machine add up, and none is smaller than nothing.
 */
export const fitted = (samples: readonly Sample[]): Estimator => {
  const width = samples[0]?.features.length ?? 0;
  // rows of relative errors, of features of like size: a column's largest is 1
  const scale = Array.from({ length: width }, (_, j) =>
    Math.max(...samples.map(({ features, value }) => features[j]! / value), Number.MIN_VALUE),
  );
  const rows = samples.map(({ features, value }) => features.map((feature, j) => feature / value / scale[j]!));
  const normal = scale.map((_, i) => scale.map((_, j) => rows.reduce((sum, row) => sum + row[i]! * row[j]!, 0)));
  const right = scale.map((_, j) => rows.reduce((sum, row) => sum + row[j]!, 0));
  const found = scale.map(() => 0);
  for (let round = 0; round < ROUNDS; round++) {
    for (let j = 0; j < width; j++) {
      const others = normal[j]!.reduce((sum, value, i) => sum + (i === j ? 0 : value * found[i]!), 0);
      found[j] = Math.max(0, (right[j]! - others) / (normal[j]![j]! + DRAW));
    }
  }
  const coefficients = found.map((value, j) => value / scale[j]!);
  return (features) => features.reduce((sum, feature, j) => sum + feature * coefficients[j]!, 0);
};

/** How far estimates are off, as shares of the true values. */
export interface FitError {
  /** Samples, of which each was left out and estimated from the others. */
  readonly samples: number;
  readonly median: number;
  readonly largest: number;
}

/** Fewest samples of which one can be left out. */
const FEWEST = 3;

/** Leaves each sample out, fits the others and estimates it; nothing with fewer than three samples. */
export const leaveOneOut = (samples: readonly Sample[]): FitError | undefined => {
  if (samples.length < FEWEST) return undefined;
  const errors = samples
    .map(({ features, value }, i) => Math.abs(fitted(samples.filter((_, j) => j !== i))(features) / value - 1))
    .sort((a, b) => a - b);
  const middle = (errors.length - 1) / 2;
  return {
    samples: samples.length,
    median: (errors[Math.floor(middle)]! + errors[Math.ceil(middle)]!) / 2,
    largest: errors.at(-1)!,
  };
};
