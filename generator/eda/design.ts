/** A net, numbered within its module; or the constant `0`, `1`, `x` or `z`. */
export type Bit = number | string;

export interface Port {
  readonly direction: string;
  readonly bits: readonly Bit[];
}

export interface Cell {
  readonly type: string;
  readonly parameters?: Readonly<Record<string, string | number>>;
  readonly port_directions?: Readonly<Record<string, string>>;
  readonly connections: Readonly<Record<string, readonly Bit[]>>;
}

export interface Net {
  readonly bits: readonly Bit[];
}

export interface Module {
  readonly attributes?: Readonly<Record<string, unknown>>;
  readonly ports: Readonly<Record<string, Port>>;
  readonly cells: Readonly<Record<string, Cell>>;
  readonly netnames: Readonly<Record<string, Net>>;
}

/** What Yosys's `write_json` writes, as far as it is read; the rest is passed on. */
export interface Design {
  readonly modules: Readonly<Record<string, Module>>;
}
