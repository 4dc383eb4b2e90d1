import type { Problem } from '../base/errors.js';
import type { Estimate } from '../compile/estimate.js';
import type { Config, Engine, Pass } from '../description/config.js';
import type { Layer } from '../description/layer.js';
import type { Activity } from '../machine/activity.js';

/** What a configuration is, as the page shows it. */
export interface Described {
  readonly config: Config;
  /** The value of every field, as text: given, the preset's, or what is so by itself. */
  readonly values: Readonly<Record<string, string>>;
  /** First digits of the hash that CONFIG_HASH reads. */
  readonly hash: string;
  /** HTML. */
  readonly diagram: string;
  readonly registers: string;
  readonly area: string;
}

/** What is computed: its name, and its layers in order. */
export interface Workload {
  readonly name: string;
  readonly layers: readonly { readonly name: string; readonly spec: string; readonly layer: Layer }[];
}

/** A pass of a layer on an accelerator. */
export interface PassOfLayer {
  readonly config: Config;
  readonly spec: string;
  readonly pass: Pass;
  readonly engine: Engine;
}

/** What a worker is asked, and what it answers. */
export interface Requests {
  describe: { ask: { readonly preset: string; readonly sets: readonly string[] }; answer: Described };
  /** Every file of an accelerator, zipped. */
  zip: { ask: Config; answer: { readonly files: number; readonly zip: Uint8Array<ArrayBuffer> } };
  workload: { ask: { readonly workload: string; readonly batch: string }; answer: Workload };
  estimate: { ask: PassOfLayer; answer: Estimate };
  activity: { ask: PassOfLayer; answer: Activity };
}

export type RequestKind = keyof Requests;

export type Request = {
  readonly [K in RequestKind]: { readonly id: number; readonly kind: K; readonly ask: Requests[K]['ask'] };
}[RequestKind];

/** An answer, or what is wrong with what was asked. */
export type Answer = { readonly id: number } & (
  | { readonly answer: unknown }
  | { readonly problems: readonly Problem[] }
);
