import type { Plan } from './plan.js';

/** The bytes that a plan writes, as the write window takes them: first, and first after. */
export const writeWindow = ({ memory }: Plan): { readonly base: number; readonly limit: number } => {
  const { output, scratch } = memory;
  return {
    base: scratch.bytes > 0 ? Math.min(scratch.address, output.address) : output.address,
    limit: output.address + output.bytes,
  };
};
