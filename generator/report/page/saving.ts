/** What a drawing takes from the page's style sheet. */
const STYLES = [
  ...['fill', 'fill-opacity', 'stroke', 'stroke-width', 'stroke-opacity', 'stroke-dasharray', 'opacity', 'paint-order'],
  ...['font-family', 'font-size', 'font-weight', 'text-anchor', 'visibility'],
];

const NAMESPACE = 'http://www.w3.org/2000/svg';

/** A file for the reader to keep. */
const save = (name: string, type: string, content: string): void => {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([content], { type }));
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
};

/** A drawing that needs no page: its styles in it, on the page's background. */
export const standaloneSvg = (svg: SVGSVGElement): string => {
  const copy = svg.cloneNode(true) as SVGSVGElement;
  const originals = [svg, ...svg.querySelectorAll('*')];
  const copies = [copy, ...copy.querySelectorAll('*')];
  originals.forEach((original, i) => {
    const style = getComputedStyle(original);
    const own = copies[i] as SVGElement;
    own.removeAttribute('class');
    own.removeAttribute('style');
    for (const name of STYLES) own.setAttribute(name, style.getPropertyValue(name));
  });
  // hatching lies outside the drawings
  const patterns = document.querySelector('svg.patterns defs');
  if (patterns && /url\(["']?#/.test(copy.outerHTML)) copy.prepend(patterns.cloneNode(true));
  const { width, height } = svg.getBoundingClientRect();
  const [, , w = width, h = height] = (svg.getAttribute('viewBox') ?? '').split(/[\s,]+/).map(Number);
  const back = document.createElementNS(NAMESPACE, 'rect');
  back.setAttribute('width', String(w));
  back.setAttribute('height', String(h));
  back.setAttribute('fill', getComputedStyle(document.body).backgroundColor);
  copy.prepend(back);
  copy.setAttribute('xmlns', NAMESPACE);
  copy.setAttribute('width', String(w));
  copy.setAttribute('height', String(h));
  return `<?xml version="1.0" encoding="UTF-8"?>\n${new XMLSerializer().serializeToString(copy)}\n`;
};

/** A number without separators; other texts as they are. */
const plain = (text: string): string => {
  const ascii = text.trim().replaceAll('\u2212', '-').replaceAll('\u00a0', ' ');
  return /^[+-]?\d{1,3}(,\d{3})+(\.\d+)?( %)?$/.test(ascii) ? ascii.replaceAll(',', '') : ascii;
};

/** A table as comma-separated values; headings of groups stand before those below them. */
export const tableCsv = (table: HTMLTableElement): string => {
  const quoted = (text: string): string => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  const [upper, lower] = [...(table.tHead?.rows ?? [])];
  const names = [...(lower?.cells ?? [])].map((cell) => cell.textContent ?? '');
  const head = [...(upper?.cells ?? [])].flatMap((cell) => {
    const name = cell.textContent ?? '';
    return cell.classList.contains('group')
      ? names.splice(0, cell.colSpan).map((below) => `${name}: ${below}`)
      : [name];
  });
  const rows = [...table.tBodies].flatMap((body) => [...body.rows]);
  const lines = [head, ...rows.map((row) => [...row.cells].map((cell) => plain(cell.textContent ?? '')))];
  return lines.map((cells) => `${cells.map(quoted).join(',')}\n`).join('');
};

/** The name of a file, after what it shows. */
const fileName = (text: string, extension: string): string =>
  `${
    text
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^-|-$/g, '')
      .slice(0, 60) || 'bp-im2col'
  }.${extension}`;

const button = (text: string, label: string, onClick: () => void): HTMLButtonElement => {
  const made = document.createElement('button');
  made.type = 'button';
  made.className = 'save';
  made.textContent = text;
  made.setAttribute('aria-label', label);
  made.addEventListener('click', onClick);
  return made;
};

/** Buttons that save each chart as SVG, and each table as CSV. */
export const startSaving = (): void => {
  for (const panel of document.querySelectorAll('.panel')) {
    const shown = (): SVGSVGElement | undefined =>
      [...panel.querySelectorAll('svg')].find((svg) => svg.getClientRects().length > 0);
    const label = panel.querySelector('svg')?.getAttribute('aria-label') ?? '';
    panel.append(
      button('Save SVG', `Save as SVG: ${label}`, () => {
        const svg = shown();
        if (svg) save(fileName(svg.getAttribute('aria-label') ?? '', 'svg'), 'image/svg+xml', standaloneSvg(svg));
      }),
    );
  }
  for (const table of document.querySelectorAll('table')) {
    const label = table.getAttribute('aria-label') ?? '';
    const holder = table.parentElement!;
    const saveNow = (): void => {
      // a table that changes is another one by then
      const now = table.isConnected ? table : holder.querySelector('table');
      if (now) save(fileName(label, 'csv'), 'text/csv', tableCsv(now));
    };
    (table.closest('.frame') ?? holder).append(button('Save CSV', `Save as CSV: ${label}`, saveNow));
  }
};
