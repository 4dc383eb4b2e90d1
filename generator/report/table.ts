import { escaped } from './text.js';

/** The heading of a column, or of columns that belong together. */
export type Heading = string | { readonly group: string; readonly heads: readonly string[] };

/** Headings as one line, where a table has no room for two. */
export const flatHead = (head: readonly Heading[]): readonly string[] =>
  head.flatMap((heading) =>
    typeof heading === 'string' ? [heading] : heading.heads.map((name) => `${heading.group}: ${name}`),
  );

export interface Table {
  readonly head: readonly Heading[];
  readonly rows: readonly (readonly string[])[];
  /** Columns of text, at the left, of which the first names the row; the others are numbers. */
  readonly text?: number;
  readonly caption: string;
}

/** The two lines of a heading with groups, or its only line. */
const headHtml = (head: readonly Heading[], text: number): string => {
  const grouped = head.some((heading) => typeof heading !== 'string');
  const upper: string[] = [];
  const lower: string[] = [];
  let column = 0;
  for (const heading of head) {
    if (typeof heading === 'string') {
      const kind = column < text ? '' : ' class="number"';
      upper.push(`<th scope="col"${kind}${grouped ? ' rowspan="2"' : ''}>${escaped(heading)}</th>`);
      column += 1;
    } else {
      const { group, heads } = heading;
      upper.push(`<th scope="colgroup" class="group" colspan="${heads.length}">${escaped(group)}</th>`);
      lower.push(...heads.map((name, index) => `<th scope="col" class="number${starts(index)}">${escaped(name)}</th>`));
      column += heads.length;
    }
  }
  return `<thead><tr>${upper.join('')}</tr>${grouped ? `<tr>${lower.join('')}</tr>` : ''}</thead>`;
};

const starts = (index: number): string => (index === 0 ? ' start' : '');

/** For each column, whether a group starts there. */
const startsOf = (head: readonly Heading[]): readonly boolean[] =>
  head.flatMap((heading) => (typeof heading === 'string' ? [false] : heading.heads.map((_, index) => index === 0)));

/** An HTML table; numbers are aligned right. Its caption is its name, and is to be printed above it. */
export const tableHtml = ({ head, rows, text = 1, caption }: Table): string => {
  const groups = startsOf(head);
  const cells = (row: readonly string[]): string =>
    row
      .map((cell, column) => {
        if (column === 0) return `<th scope="row">${escaped(cell)}</th>`;
        const kind = column < text ? '' : ` class="number${starts(groups[column] ? 0 : 1)}"`;
        return `<td${kind}>${escaped(cell)}</td>`;
      })
      .join('');
  const body = rows.map((row) => `<tr>${cells(row)}</tr>`).join('\n');
  return `<table aria-label="${escaped(caption)}">${headHtml(head, text)}<tbody>${body}</tbody></table>`;
};

/** What may be wider than the page scrolls by itself, by keyboard too, in a frame that says so. `attributes` are those of HTML. */
export const scrolling = (label: string, content: string, attributes = 'role="region"'): string =>
  [
    '<div class="frame"><p class="hint" aria-hidden="true">Scroll sideways for the rest →</p>',
    `<div class="scroll" ${attributes} tabindex="0" aria-label="${escaped(label)}">${content}</div></div>`,
  ].join('\n');

/** A table under its caption, as wide as it takes. */
export const tableBlock = (table: Table): string =>
  `<p class="caption">${escaped(table.caption)}</p>${scrolling(table.caption, tableHtml(table))}`;

/** A table that opens. */
export const tableDetails = (table: Table): string =>
  `<details><summary>The numbers: ${escaped(table.caption)}</summary>${scrolling(table.caption, tableHtml(table))}</details>`;
