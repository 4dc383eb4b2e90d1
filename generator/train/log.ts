/** What a step gave. */
export interface StepRecord {
  /** From 1. */
  readonly step: number;
  /** Mean over the batch. */
  readonly loss: number;
  /** Share of the batch whose greatest output is its class; where classes are learnt. */
  readonly accuracy?: number;
  /** Left out, as a gradient was not finite; with a loss scale only. */
  readonly skipped?: boolean;
  /** Tensors that the RTL wrote otherwise than the model, and its cycles, where it was asked. */
  readonly rtl?: { readonly differences: number; readonly cycles: number; readonly predicted?: number };
}

/** How well images were told that were held out, after so many steps. */
export interface Evaluation {
  readonly step: number;
  readonly images: number;
  readonly loss: number;
  /** Where classes are learnt. */
  readonly accuracy?: number;
}

/** A training so far. */
export interface History {
  readonly steps: readonly StepRecord[];
  readonly evaluations: readonly Evaluation[];
}
