import type { Problem } from '../base/errors.js';

/** Why a node cannot be taken: thrown by what reads one node, collected by who reads them all. */
export class Refusal extends Error {
  override readonly name = 'Refusal';

  constructor(
    readonly code: string,
    message: string,
    readonly fix: string,
  ) {
    super(message);
  }

  /** As a problem of the node of this label. */
  at(path: string): Problem {
    return { code: this.code, path, message: this.message, fix: this.fix };
  }
}

/** Something that ONNX allows and a graph of this project cannot say. */
export const unsupported = (message: string, fix = 'export the network without it'): Refusal =>
  new Refusal('UNSUPPORTED', message, fix);

/** Something that ONNX itself does not allow. */
export const malformed = (message: string, fix = 'check the file with its exporter, then export it again'): Refusal =>
  new Refusal('BAD_MODEL', message, fix);
