import type { Config } from '../description/config.js';
import { type RegisterTable, registerTables } from '../emit/registerMap.js';
import { scrolling, tableHtml } from '../report/table.js';
import { escaped } from '../report/text.js';

const html = (caption: string, { head, rows }: RegisterTable): string =>
  scrolling(caption, tableHtml({ caption, head, rows, text: head.length }));

/** The register map as HTML: that of `registers.md`. */
export const registersHtml = (config: Config): string => {
  const { intro, registers, fields, causes, counters } = registerTables(config);
  const folded = (title: string, content: string): string =>
    `<details><summary>${escaped(title)}</summary>${content}</details>`;
  return [
    ...intro.map((text) => `<p class="soft">${escaped(text)}</p>`),
    html('Registers', registers),
    folded('Fields', fields.map((one) => `<h4>${one.register}</h4>${html(`Fields of ${one.register}`, one)}`).join('')),
    folded('Error causes', html('Error causes', causes)),
    folded('Counters', html('Counters', counters)),
  ].join('\n');
};
