const CONNECTION = /^( +\.\w+ *?) ?(\((?!.*\), *\.).*)$/;
const ASSIGNMENT = /^( +assign \w+ *?) (= .*)$/;

/** Lines of a kind that follow one another get their second parts in one column, the furthest: names from a table are longer or shorter. */
const inColumns = (lines: readonly string[], kind: RegExp): readonly string[] => {
  const parts = lines.map((line) => kind.exec(line));
  const width = Math.max(...parts.map((part) => part?.[1]?.length ?? 0));
  return parts.map((part, n) => (part ? `${part[1]!.padEnd(width)} ${part[2]}` : lines[n]!));
};

/** Verilog with the connections of an instance, and assignments that follow one another, in columns. Only spaces change. */
export const aligned = (verilog: string): string => {
  const lines = verilog.split('\n');
  const kindOf = (line: string | undefined): RegExp | undefined =>
    [CONNECTION, ASSIGNMENT].find((kind) => line !== undefined && kind.test(line));
  const out: string[] = [];
  for (let from = 0; from < lines.length; ) {
    const kind = kindOf(lines[from]);
    let end = from + 1;
    while (kind && end < lines.length && kind.test(lines[end]!)) end++;
    out.push(...(kind ? inColumns(lines.slice(from, end), kind) : lines.slice(from, end)));
    from = end;
  }
  return out.join('\n');
};
