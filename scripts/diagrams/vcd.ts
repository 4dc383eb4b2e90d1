/** What the signals of one scope were at each rising edge of its clock. A value with unknown bits is undefined. */
export interface Trace {
  readonly cycles: number;
  readonly value: (signal: string, cycle: number) => number | undefined;
}

const parseValue = (digits: string): number | undefined =>
  /^[01]+$/.test(digits) ? Number.parseInt(digits, 2) : undefined;

/**
 * Reads a VCD and samples the signals just before each rising edge of the clock, as the flip-flops do.
 * @param scope path of the instance, as `tb.dut`.
 * @throws Error when a signal is not there.
 */
export const sampleVcd = (text: string, scope: string, clock: string, signals: readonly string[]): Trace => {
  const [header = '', changes = ''] = text.split(/\$enddefinitions\s+\$end/);
  const ids = new Map<string, string>();
  const path: string[] = [];
  for (const [, kind, rest = ''] of header.matchAll(/\$(scope|upscope|var)\s(.*?)\$end$/gm)) {
    const words = rest.trim().split(/\s+/);
    if (kind === 'scope') path.push(words[1]!);
    else if (kind === 'upscope') path.pop();
    else if (path.join('.') === scope) ids.set(words[3]!, words[2]!);
  }
  const idOf = (name: string): string => {
    const id = ids.get(name);
    if (id === undefined) throw new Error(`${scope} has no signal ${name}`);
    return id;
  };
  const wanted = new Map(signals.map((name) => [name, idOf(name)]));
  const clockId = idOf(clock);
  const now = new Map<string, number | undefined>();
  const samples: ReadonlyMap<string, number | undefined>[] = [];
  for (const moment of changes.split(/^#/m)) {
    const changed = [...moment.matchAll(/^(?:b([01xz]+) (\S+)|([01xz])(\S+))$/gm)].map(
      ([, word, wordId, bit, bitId]) => [wordId ?? bitId!, parseValue(word ?? bit!)] as const,
    );
    const rises = now.get(clockId) === 0 && changed.some(([id, value]) => id === clockId && value === 1);
    if (rises) samples.push(new Map([...wanted].map(([name, id]) => [name, now.get(id)])));
    for (const [id, value] of changed) now.set(id, value);
  }
  return { cycles: samples.length, value: (signal, cycle) => samples[cycle]!.get(signal) };
};
