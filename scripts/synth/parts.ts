/** Yosys's JSON of a design, as far as it is taken apart; the rest is passed on. */
export interface ModuleJson {
  readonly attributes?: Readonly<Record<string, unknown>>;
  readonly ports: Readonly<Record<string, unknown>>;
  readonly cells: Readonly<Record<string, { readonly type: string; readonly attributes?: unknown }>>;
  readonly netnames?: Readonly<Record<string, { readonly hide_name: number }>>;
}
export interface DesignJson {
  readonly modules: Readonly<Record<string, ModuleJson>>;
}

/** One module of a design by itself: those below it are black boxes. */
export interface ModulePart {
  readonly name: string;
  readonly json: string;
  /** Black boxes of the design that it holds: memories, and what was left out. */
  readonly boxes: readonly string[];
}

/** Without names that Yosys made up, and places in sources: both depend on what else was read. */
const plain = ({ ports, cells, netnames = {}, ...others }: ModuleJson): object => ({
  ...others,
  attributes: {},
  ports,
  cells: Object.fromEntries(
    Object.entries(cells).map(([name, cell], index) => [
      name.startsWith('$') ? `$${index}` : name,
      { ...cell, attributes: {} },
    ]),
  ),
  netnames: Object.fromEntries(Object.entries(netnames).filter(([, { hide_name: isHidden }]) => isHidden === 0)),
});

/**
 * Takes a design apart into its modules, black boxes apart, so that each is mapped by itself. What ABC makes of a module
 * differs with names and order of everything that was read before it: a part holds nothing of the others but ports.
 */
export const partsOf = (design: DesignJson): readonly ModulePart[] => {
  const isBlackBox = (name: string): boolean => 'blackbox' in (design.modules[name]?.attributes ?? {});
  return Object.entries(design.modules)
    .filter(([name]) => !isBlackBox(name))
    .map(([name, module]) => {
      const types = [...new Set(Object.values(module.cells).map(({ type }) => type))].filter(
        (type) => design.modules[type],
      );
      const [boxes, below] = [types.filter(isBlackBox), types.filter((type) => !isBlackBox(type))];
      const children = below.map((type) => {
        const { ports } = design.modules[type]!;
        return [type, { attributes: { blackbox: 1 }, ports, cells: {} }] as const;
      });
      return {
        name,
        json: JSON.stringify({ modules: { ...Object.fromEntries(children), [name]: plain(module) } }),
        boxes,
      };
    });
};
