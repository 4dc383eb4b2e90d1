import { ENGINES, PASSES } from '../description/config.js';
import { PRESET_NAMES } from '../description/presets.js';
import { NETWORK_NAMES } from '../networks/index.js';
import { escaped } from '../report/text.js';
import { type Field, type FieldGroup, fieldGroups } from './fields.js';

/** Groups that are seen at once; the others open. */
const FIRST: readonly string[] = ['array', 'buffers', 'axi', 'vector'];
/** Fields of no group that are seen at once. */
const FIRST_FIELDS: readonly string[] = ['format', 'engines', 'counters'];

const option = (value: string): string => `<option value="${escaped(value)}">${escaped(value)}</option>`;

export const selectHtml = (id: string, label: string, choices: readonly string[]): string =>
  `<label for="${id}">${escaped(label)}</label><select id="${id}">${choices.map(option).join('')}</select>`;

/** The id of what holds the value of a field. */
export const fieldId = (key: string): string => `field-${key.replaceAll('.', '-')}`;

const inputHtml = ({ key, kind, choices = [] }: Field): string => {
  const id = fieldId(key);
  const attributes = `id="${id}" data-key="${key}" aria-describedby="${id}-about"`;
  if (kind === 'one') return `<select ${attributes}>${choices.map(option).join('')}</select>`;
  if (kind === 'some') {
    const boxes = choices.map(
      (choice) => `<label><input type="checkbox" value="${escaped(choice)}"> ${escaped(choice)}</label>`,
    );
    return `<div class="boxes" role="group" aria-labelledby="${id}-label" ${attributes}>${boxes.join('')}</div>`;
  }
  const isNumber = key !== 'name' && key !== 'prefix';
  const input = `<input type="text" autocomplete="off" spellcheck="false" ${attributes}`;
  if (!isNumber) return `${input}>`;
  // the keyboard has arrows for what these buttons do
  const step = (by: number, sign: string): string =>
    `<button type="button" tabindex="-1" aria-hidden="true" data-step="${by}" data-of="${id}">${sign}</button>`;
  return `<span class="steps">${step(-1, '−')}${input} inputmode="numeric" data-choices="${choices.join(',')}">${step(1, '+')}</span>`;
};

const fieldHtml = (field: Field): string => {
  const { key, description, kind } = field;
  const id = fieldId(key);
  const name = escaped(key.split('.').at(-1)!);
  const label =
    kind === 'some' ? `<span id="${id}-label">${name}</span>` : `<label id="${id}-label" for="${id}">${name}</label>`;
  return `<div class="field">${label}${inputHtml(field)}<small id="${id}-about" data-about="${escaped(description)}">${escaped(description)}</small></div>`;
};

const groupHtml = ({ name, description, fields }: FieldGroup): string => {
  const inside = fields.map(fieldHtml).join('\n');
  return `<fieldset><legend>${escaped(name)}</legend><p class="soft">${escaped(description)}</p>${inside}</fieldset>`;
};

/** All that a configuration can be told, as a form: made of the schema. */
export const configFormHtml = (): string => {
  const groups = fieldGroups();
  const alone = groups.find(({ name }) => name === '')!.fields;
  const seen = groups.filter(({ name }) => FIRST.includes(name));
  const more = groups.filter(({ name }) => name !== '' && !FIRST.includes(name));
  const few = alone.filter(({ key }) => FIRST_FIELDS.includes(key));
  const rest = alone.filter(({ key }) => !FIRST_FIELDS.includes(key));
  return [
    `<div class="field">${selectHtml('preset', 'preset', PRESET_NAMES)}<small>Where the changes begin.</small></div>`,
    ...seen.filter(({ name }) => name === 'array').map(groupHtml),
    ...few.map(fieldHtml),
    ...seen.filter(({ name }) => name !== 'array').map(groupHtml),
    `<details id="more"><summary>More: names, limits, rates</summary>${[...rest.map(fieldHtml), ...more.map(groupHtml)].join('\n')}</details>`,
  ].join('\n');
};

/** What is computed on the accelerator. */
export const workloadFormHtml = (): string =>
  [
    '<form class="controls" id="workload-form" aria-label="What is computed">',
    '<label for="workload">layer or network</label> <input type="text" id="workload" list="networks" autocomplete="off" spellcheck="false">',
    `<datalist id="networks">${NETWORK_NAMES.map((name) => `<option value="${name}">`).join('')}</datalist>`,
    '<label for="batch">batch</label> <input type="text" id="batch" inputmode="numeric" autocomplete="off" size="6" placeholder="its own">',
    '</form>',
  ].join('\n');

/** What of it is looked at closely. */
export const closelyFormHtml = (): string =>
  [
    '<form class="controls" aria-label="What is looked at closely">',
    `<span class="pair" id="layer-pair">${selectHtml('layer', 'layer', [])}</span>`,
    `<span class="pair">${selectHtml('pass', 'pass', PASSES)}</span>`,
    `<span class="pair">${selectHtml('engine', 'engine', ENGINES)}</span>`,
    '</form>',
  ].join('\n');
