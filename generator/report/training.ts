import { count, percent } from '../base/numbers.js';
import { energyText } from '../energy/text.js';
import { ENERGY_HEADS, energyCells, energyNote } from './energy.js';
import type { Section } from './figure.js';
import type { Results } from './results.js';
import { tableBlock } from './table.js';

/** A step of training, operation by operation. */
export const trainingSection = (results: Results): Section => {
  const { batch, cycles, utilization, energy, steps } = results.training!;
  const table = tableBlock({
    caption: `A step of training, batch ${count(batch)}, by the model`,
    head: [
      ...['operation', 'does', 'part', 'cycles', 'share', 'MACs'],
      { group: 'bytes', heads: ['read', 'written'] },
      { group: 'nanojoules', heads: ENERGY_HEADS },
    ],
    text: 3,
    rows: steps.map((step) => [
      ...[step.operation, [step.does, ...step.fused].join(' + '), step.part, count(step.cycles)],
      ...[percent(step.cycles / cycles), count(step.macs), count(step.bytesRead), count(step.bytesWritten)],
      ...energyCells(step.energy),
    ]),
  });
  const html = [
    `<p>${count(cycles)} cycles; ${percent(utilization)} of what the array could do is useful; ${energyText(energy.total)}. ${energyNote(results)}</p>`,
    table,
  ];
  return { id: 'training', title: 'A step of training', html: html.join('\n') };
};
