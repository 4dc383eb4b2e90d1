/** The counters that do not depend on time, as the hardware counts them. */
export interface Counts {
  usefulMacs: number;
  zerosMultiplied: number;
  /** A fetched vector is never known to be zero, so this stays 0. */
  zerosFetched: number;
  idleLanes: number;
  arrayBusy: number;
  /** Vectors read; beats written. */
  dynamicReads: number;
  dynamicWrites: number;
  stationaryReads: number;
  stationaryWrites: number;
  /** Vectors: accumulates and drains; accumulates and clears. */
  accumulatorReads: number;
  accumulatorWrites: number;
  /** Whole beats, those of the program among them. */
  dramBytesRead: number;
  /** Strobed bytes. */
  dramBytesWritten: number;
  /** The part of them that REORGANIZE wrote. */
  reorganizeBytes: number;
}

export const noCounts = (): Counts => ({
  usefulMacs: 0,
  zerosMultiplied: 0,
  zerosFetched: 0,
  idleLanes: 0,
  arrayBusy: 0,
  dynamicReads: 0,
  dynamicWrites: 0,
  stationaryReads: 0,
  stationaryWrites: 0,
  accumulatorReads: 0,
  accumulatorWrites: 0,
  dramBytesRead: 0,
  dramBytesWritten: 0,
  reorganizeBytes: 0,
});
