/** How results are written. */
export interface ResultFormat {
  /** In the operand format; otherwise in the accumulator format. */
  readonly narrow: boolean;
  /** int8 results are sums divided by 2^shift. */
  readonly shift: number;
}
