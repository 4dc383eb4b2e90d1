import type { Problem } from '../../base/errors.js';
import { byId } from './elements.js';

type FieldElement = HTMLInputElement | HTMLSelectElement | HTMLDivElement;

const fields = (): readonly FieldElement[] => [...document.querySelectorAll<FieldElement>('#config [data-key]')];

const boxesOf = (element: Element): readonly HTMLInputElement[] => [
  ...element.querySelectorAll<HTMLInputElement>('input[type="checkbox"]'),
];

const isValued = (element: FieldElement): element is HTMLInputElement | HTMLSelectElement => 'value' in element;

/** What a field holds, as `--set` takes it. */
const read = (element: FieldElement): string =>
  isValued(element)
    ? element.value.trim()
    : boxesOf(element)
        .filter(({ checked }) => checked)
        .map(({ value }) => value)
        .join(',');

const write = (element: FieldElement, value: string): void => {
  if (!isValued(element)) {
    const chosen = value.split(',');
    for (const box of boxesOf(element)) box.checked = chosen.includes(box.value);
  } else if (element !== document.activeElement && element.value !== value) element.value = value;
};

/** The next value up or down: of those that it may be, or by one. */
const stepped = (value: string, by: number, choices: readonly number[]): string => {
  const now = Number(value);
  if (!Number.isFinite(now)) return value;
  if (choices.length === 0) return String(now + by);
  const found = by > 0 ? choices.find((one) => one > now) : [...choices].reverse().find((one) => one < now);
  return String(found ?? now);
};

const step = (input: HTMLInputElement, by: number): void => {
  const choices = (input.dataset.choices ?? '').split(',').filter(Boolean).map(Number);
  input.value = stepped(input.value, by, choices);
  input.dispatchEvent(new Event('input', { bubbles: true }));
};

/** Hears what is chosen in the form of the accelerator. */
export const startForm = (changed: (key: string, value: string | undefined) => void, left: () => void): void => {
  const form = byId('config');
  form.addEventListener('submit', (event) => event.preventDefault());
  const heard = ({ target }: Event): void => {
    const element = (target as Element).closest<FieldElement>('[data-key]');
    if (!element) return;
    const value = read(element);
    // an empty text gives nothing; a list may be empty
    changed(element.dataset.key!, isValued(element) && value === '' ? undefined : value);
  };
  form.addEventListener('input', heard);
  form.addEventListener('focusout', () => setTimeout(left));
  form.addEventListener('click', ({ target }) => {
    const button = (target as Element).closest<HTMLElement>('[data-step]');
    if (button) step(byId<HTMLInputElement>(button.dataset.of!), Number(button.dataset.step));
  });
  form.addEventListener('keydown', (event) => {
    const input = event.target as HTMLInputElement;
    const by = event.key === 'ArrowUp' ? 1 : event.key === 'ArrowDown' ? -1 : 0;
    if (by === 0 || input.dataset.choices === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    step(input, by);
  });
};

/** Shows what was given, and elsewhere what is so without it. */
export const fillForm = (sets: ReadonlyMap<string, string>, values: Readonly<Record<string, string>>): void => {
  for (const element of fields()) {
    const key = element.dataset.key!;
    const value = sets.get(key) ?? values[key];
    if (value !== undefined) write(element, value);
    element.closest('.field')!.classList.toggle('changed', sets.has(key));
  }
  // what was changed is seen
  const more = byId<HTMLDetailsElement>('more');
  if (more.querySelector('.changed')) more.open = true;
};

/** Marks the fields that something is wrong with. */
export const markForm = (problems: readonly Problem[]): void => {
  for (const element of fields()) {
    const own = problems.filter(({ path }) => path === element.dataset.key);
    const isWrong = own.length > 0;
    const field = element.closest('.field')!;
    field.classList.toggle('wrong', isWrong);
    const about = field.querySelector<HTMLElement>('[data-about]')!;
    about.textContent = isWrong ? own.map(({ message, fix }) => `${message}; ${fix}`).join('. ') : about.dataset.about!;
    if (isWrong) element.setAttribute('aria-invalid', 'true');
    else element.removeAttribute('aria-invalid');
  }
};
