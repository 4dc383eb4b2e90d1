import type { Activation, Operation } from '../../graph/operations.js';
import type { Lowering } from './lowering.js';

/** The operations whose result lies where that of their operand does. */
export const isAlias = ({ kind }: Operation, { purpose }: Pick<Lowering, 'purpose'>): boolean =>
  kind === 'flattening' || (kind === 'dropout' && purpose === 'inference');

/** Whether a tensor, perhaps by another name, leaves the network; and whether operations read it. */
export const destiny = (lowering: Lowering, name: string): { readonly leaves: boolean; readonly read: boolean } => {
  let [leaves, read] = [lowering.isOutput(name), false];
  for (const reader of lowering.readersOf(name)) {
    const through = isAlias(reader, lowering) ? destiny(lowering, reader.name) : { leaves: false, read: true };
    leaves ||= through.leaves;
    read ||= through.read;
  }
  return { leaves, read };
};

/** The one operation that reads a tensor which need not be stored. */
export const onlyReader = (lowering: Lowering, name: string): Operation | undefined => {
  const [reader, ...others] = lowering.readersOf(name);
  return others.length > 0 || lowering.isOutput(name) ? undefined : reader;
};

/** An activation that can be done as a result is made. By a negative slope the gradient asks for what was before. */
export const fusable = (lowering: Lowering, name: string): Activation | undefined => {
  const reader = onlyReader(lowering, name);
  if (reader?.kind !== 'activation') return undefined;
  return reader.slope >= 0 || lowering.purpose === 'inference' ? reader : undefined;
};
