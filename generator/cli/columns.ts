/** Rows of cells as lines of text: columns two spaces apart, the first `left` aligned left, the others right. */
export const columns = (rows: readonly (readonly string[])[], left = Number.POSITIVE_INFINITY): string => {
  const widths = rows[0].map((_, i) => rows.reduce((width, cells) => Math.max(width, cells[i].length), 0));
  const line = (cells: readonly string[]): string =>
    cells.map((cell, i) => (i < left ? cell.padEnd(widths[i]) : cell.padStart(widths[i]))).join('  ');
  return rows.map((cells) => `${line(cells).trimEnd()}\n`).join('');
};
