/** An instruction of the STORE queue as a stream: runs to announce, and vectors or chunks to read. */
export interface Stream {
  /** Most bytes of a chunk that the epilogue makes of what is read; 0: it is a chunk already. */
  readonly epilogueBytes: number;
  /** Cycles of set-up before the first vector or chunk. */
  readonly setup: number;
  /** Cycles from then on before the bytes of a run are known, and the first run is announced. */
  readonly announces: number;
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
