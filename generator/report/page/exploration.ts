import type { Measure } from '../../explore/recommend.js';
import { scatterSvg } from '../exploration/chart.js';
import { chartOf, type PageData, type PagePoint, pointText } from '../exploration/data.js';
import { colorLegend } from '../exploration/legend.js';
import { startHints } from './hints.js';
import { startSaving } from './saving.js';
import { startTheme } from './theme.js';

const byId = <T extends HTMLElement>(id: string): T => {
  const found = document.getElementById(id);
  if (!found) throw new Error(`the page has no #${id}`);
  return found as T;
};

/** Widest drawing, in CSS pixels. */
const WIDEST = 1100;

const startExploration = (): void => {
  const data = JSON.parse(byId('exploration-data').textContent ?? '') as PageData;
  const holder = byId('exploration-chart').querySelector('.panel')!;
  const still = byId('exploration-hover').textContent ?? '';
  const selects = ['x', 'y', 'color'].map((name) => byId<HTMLSelectElement>(`exploration-${name}`));
  const filters = data.axes.map((_, i) => byId<HTMLSelectElement>(`exploration-filter-${i}`));
  const boxes = ['front', 'within'].map((name) => byId<HTMLInputElement>(`exploration-${name}`));
  const drawing = document.createElement('div');
  drawing.tabIndex = 0;
  drawing.setAttribute('role', 'group');
  drawing.setAttribute('aria-label', 'Points: arrows walk through them');
  for (const old of holder.querySelectorAll('.at')) old.remove();
  holder.prepend(drawing);
  let chosen: number | undefined;
  let shown: readonly PagePoint[] = data.points;

  const draw = (): void => {
    const [x, y, color] = selects.map(({ value }) => value);
    const [onlyFront, onlyWithin] = boxes.map(({ checked }) => checked);
    shown = data.points.filter(
      (point) =>
        filters.every(({ value }, i) => value === '' || point.values[i] === value) &&
        (!onlyFront || point.onFront) &&
        (!onlyWithin || point.withinBudget),
    );
    const width = Math.min(WIDEST, Math.max(300, Math.round(holder.getBoundingClientRect().width)));
    const view = {
      x: x as Measure,
      y: y as Measure,
      color: Number(color),
      ...(chosen === undefined ? {} : { chosen }),
    };
    drawing.innerHTML = scatterSvg(chartOf(data, shown, view), width);
    byId('exploration-legend').innerHTML = colorLegend(data, Number(color));
  };

  const say = (point: PagePoint | undefined): void => {
    byId('exploration-hover').textContent = point ? pointText(data, point) : still;
  };

  const choose = (point: PagePoint): void => {
    chosen = point.id;
    say(point);
    byId('exploration-title').textContent = data.axes.map(({ key }, i) => `${key}=${point.values[i]}`).join(' ');
    byId('exploration-commands').replaceChildren(
      ...point.commands.map((command) => {
        const [item, code, copy] = ['li', 'code', 'button'].map((name) => document.createElement(name));
        code!.textContent = command;
        copy!.textContent = 'Copy';
        copy!.setAttribute('aria-label', `Copy: ${command}`);
        copy!.addEventListener('click', () => {
          void navigator.clipboard?.writeText(command).then(() => {
            copy!.textContent = 'Copied';
          });
        });
        item!.append(code!, ' ', copy!);
        return item!;
      }),
    );
    byId('exploration-chosen').hidden = false;
    draw();
  };

  const pointOf = (target: EventTarget | null): PagePoint | undefined => {
    const id = target instanceof Element ? target.getAttribute('data-id') : null;
    return id === null ? undefined : data.points.find((point) => point.id === Number(id));
  };
  drawing.addEventListener('pointerover', ({ target }) => {
    const point = pointOf(target);
    if (point) say(point);
  });
  drawing.addEventListener('click', ({ target }) => {
    const point = pointOf(target);
    if (point) choose(point);
  });
  drawing.addEventListener('keydown', (event) => {
    const step = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1 }[event.key];
    if (step === undefined || event.altKey || event.ctrlKey || event.metaKey || shown.length === 0) return;
    event.preventDefault();
    const at = data.measures.indexOf(selects[0]!.value as Measure);
    const order = [...shown].sort((a, b) => a.measures[at]! - b.measures[at]!);
    const now = order.findIndex(({ id }) => id === chosen);
    choose(order[Math.max(0, Math.min(order.length - 1, now + step))]!);
  });
  for (const control of [...selects, ...filters, ...boxes]) control.addEventListener('change', draw);
  new ResizeObserver(draw).observe(holder);
  byId('exploration').hidden = false;
  draw();
};

startTheme();
startExploration();
startHints();
startSaving();
