/** One thing that a run can cover: a block of statements, an arm of a branch, or a bit that changes. */
export interface Point {
  /** Block's name, without the prefix. */
  readonly block: string;
  readonly kind: 'line' | 'toggle';
  readonly line: number;
  /** Of a toggle: signal and bit, as `count_q[3]`. Of a line: what Verilator calls it. */
  readonly name: string;
  /** How often, in all instances of the block together. */
  readonly count: number;
}

const fieldsOf = (text: string): ReadonlyMap<string, string> =>
  new Map(
    text
      .split('\x01')
      .slice(1)
      .map((field) => field.split('\x02') as [string, string]),
  );

/**
 * Reads Verilator's coverage data. Instances of a block, with whatever parameters, count as one.
 * @param prefix of the modules, as in the configuration.
 */
export const parseCoverage = (data: string, prefix: string): readonly Point[] => {
  const points = new Map<string, Point>();
  for (const [, key, count] of data.matchAll(/^C '(.*)' (\d+)$/gm)) {
    const fields = fieldsOf(key!);
    const [page = '', module = ''] = (fields.get('page') ?? '').split('/');
    const name = fields.get('o') ?? '';
    const line = Number(fields.get('l'));
    const block = module.replace(/__.*$/, '').replace(new RegExp(`^${prefix}`), '');
    const kind = page === 'v_toggle' ? 'toggle' : 'line';
    const id = [block, kind, line, fields.get('n'), name].join();
    const before = points.get(id)?.count ?? 0;
    points.set(id, { block, kind, line, name, count: before + Number(count) });
  }
  return [...points.values()];
};
