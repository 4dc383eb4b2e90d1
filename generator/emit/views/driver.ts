import type { Config } from '../../description/config.js';
import { counters, ERROR_CAUSES, snakeCase } from '../../isa/registers.js';
import { type CommonView, commonView } from './common.js';

const longest = (names: readonly string[]): number => Math.max(...names.map((name) => name.length));
const padding = (name: string, width: number): string => ' '.repeat(width - name.length);

/** The driver in C: everything that it knows of the accelerator beyond the register map's header. */
export const driverView = (config: Config): CommonView => {
  const counted = counters(config).map(({ name, definition }) => ({ name: snakeCase(name), definition }));
  const width = longest(counted.map(({ name }) => name));
  const causeWidth = longest(ERROR_CAUSES.map(({ name }) => name));
  return {
    ...commonView(config),
    PREFIX: config.prefix.toUpperCase(),
    addressBits: config.axi.addressWidth,
    addressLimited: config.axi.addressWidth < 64,
    causes: ERROR_CAUSES.map(({ name, description }, index) => ({
      name,
      description,
      pad: padding(name, causeWidth).repeat(2) + (index === ERROR_CAUSES.length - 1 ? ' ' : ''),
    })),
    first: counted[0]!.name.toUpperCase(),
    counters: counted.map((counter) => ({
      ...counter,
      upper: counter.name.toUpperCase(),
      pad: padding(counter.name, width),
    })),
  };
};
