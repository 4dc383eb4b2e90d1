import { LEAST_PERIOD } from '../isa/program.js';
import { NO_OPERATION } from '../isa/vectorOperation.js';
import type { Builder, KeptSums } from './builder.js';
import { Unfusable } from './unfusable.js';
import {
  coefficientEntries,
  elementwiseStore,
  NO_OPERANDS,
  operationsInstruction,
  sumPeriod,
} from './vectorInstructions.js';

/** The entries of the coefficients where the STOREs of a pass keep sums over pixels, behind the coefficients that they read. */
export class PostSums {
  private kept?: KeptSums & { readonly period: number };

  /** @param base first entry that sums may have. @throws Unfusable where they cannot lie one behind the other. */
  constructor(
    private readonly builder: Builder,
    /** Channels of a pixel of the result. */
    private readonly all: number,
    private readonly base: number,
  ) {
    const { columns } = builder.config.array;
    // chunks of a pixel are whole ones, or one of each vector
    if (columns % this.lanes !== 0) throw new Unfusable();
    // as many as all channels take side by side, at least
    if (2 * Math.max(LEAST_PERIOD, all / this.lanes) > this.room) throw new Unfusable();
  }

  /** Entries that sums may have. */
  private get room(): number {
    return this.builder.derived.coefficients - this.base;
  }

  /** Lanes of a whole chunk. */
  private get lanes(): number {
    const { config, derived } = this.builder;
    return Math.min(derived.vectorLanes, config.array.columns);
  }

  /** Every entry begins at 0. */
  begin(): void {
    this.chunks({ p: 'sums', keep: 'sum' }, this.room, 0);
  }

  /** A STORE that goes over so many entries one by one, all of their lanes, and what it does with each. */
  private chunks(parts: Partial<typeof NO_OPERATION>, entries: number, address: number): void {
    const { builder, base } = this;
    builder.post(operationsInstruction([{ ...NO_OPERATION, ...parts }], [0, 0, 0, 0]));
    builder.post({ ...NO_OPERANDS, sumBase: base, period: Math.max(entries, LEAST_PERIOD) });
    // a run has no more groups than the accumulator has vectors
    let groups = Math.min(2 ** builder.derived.widths.drained - 1, entries);
    while (entries % groups !== 0) groups--;
    const n1 = entries / groups;
    const runs = { n1, stride1: n1 > 1 ? groups * this.lanes * 4 : 0 };
    const whole = elementwiseStore(builder.config, groups, this.lanes, { narrow: false, address, ...runs });
    const { kind: _, waitExec: __, waitLoad: ___, ...store } = whole;
    builder.store(store, [], 0);
  }

  /** Where a STORE of so many channels from `channel` on keeps its sums. @throws Unfusable where its region is unlike the others. */
  place(channel: number, channels: number): { readonly sumBase: number; readonly period: number } {
    const { builder, all, base } = this;
    const chunks = coefficientEntries(builder.config, builder.derived, channels);
    const period = sumPeriod(chunks);
    const regions = all / channels;
    this.kept ??= { regions, channels, rows: period / chunks, rowValues: chunks * this.lanes, period };
    const region = channel / channels;
    const alike = this.kept.channels === channels && Number.isInteger(regions) && Number.isInteger(region);
    if (!alike || 2 * period * regions > this.room) throw new Unfusable();
    return { sumBase: base + 2 * period * region, period };
  }

  /** Writes all sums, from a byte address on, and says how they lie. */
  end(address: number): void {
    const { kept, builder } = this;
    if (!kept) throw new Unfusable();
    this.chunks({ p: 'sums', q: 'sum', output: 0 }, 2 * kept.period * kept.regions, address);
    builder.keptSums = kept;
  }
}
