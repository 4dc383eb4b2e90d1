/**
 * Changes that BP-im2col is reported to make against traditional im2col (J. Yang et al., arXiv 2209.09434), as a share of the
 * traditional figure; its array and layers are others than here. `value` where it is one number.
 */
export const PAPER = {
  runtime: { text: '−34.9 % on average', value: -0.349 },
  dgrad: { text: '−14.5 to −79.0 %' },
  wgrad: { text: '−17.7 to −92.4 %' },
  offChip: { text: '−22.7 % or more', value: -0.227 },
  onChip: { text: '−70.6 % or more', value: -0.706 },
  storage: { text: '−74.78 % or more', value: -0.7478 },
} as const;
