/** The STOREs of a tiling, or of any, cannot do what is asked besides: channels or pixels lie so that operands or sums do not. */
export class Unfusable extends Error {}
