/** An instruction of the STORE queue as a stream: runs to announce, and vectors or chunks to read. */
export interface Stream {
  /** Whether what is read passes the epilogue, or else is a chunk already. */
  readonly epilogue: boolean;
  /** Cycles of set-up before the first vector or chunk. */
  readonly setup: number;
  /** Runs: n1 of them, and again with the second stride. */
  readonly n1: number;
  readonly runs: number;
  /** Bytes of a run. */
  readonly bytes: number;
  readonly address: number;
  readonly stride1: number;
  readonly stride2: number;
  /** Vectors or chunks, and the bytes of the `index`-th. */
  readonly items: number;
  readonly bytesOf: (index: number) => number;
}
