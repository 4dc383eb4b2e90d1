import type { Plan } from './plan.js';

/** The bytes that a plan writes, and what lies between them, as the write window takes them: first, and first after. */
export const writeWindow = ({ memory }: Pick<Plan, 'memory'>): { readonly base: number; readonly limit: number } => {
  const written = [memory.output, memory.scratch].filter(({ bytes }) => bytes > 0);
  return {
    base: Math.min(...written.map(({ address }) => address)),
    limit: Math.max(...written.map(({ address, bytes }) => address + bytes)),
  };
};
