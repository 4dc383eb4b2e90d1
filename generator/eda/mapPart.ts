import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildOnce, cacheKey } from '../run/simulators/cache.js';
import { codeKey } from '../run/simulators/code.js';
import type { Device } from './devices.js';
import { delayOf, type Netlist } from './netlist.js';
import type { ModulePart } from './parts.js';
import { hasMacros, type Multiplexers, mapping, mappingFiles, type Target } from './targets.js';
import type { Files, Yosys } from './yosys.js';

/** A module, mapped. */
export interface MappedPart {
  readonly name: string;
  /** Its cells, as far as they are counted. */
  readonly module: Netlist['modules'][string];
  /** The module's Verilog, where memories are macros. */
  readonly verilog: string;
  /** Longest path in ps, where the target has delays. */
  readonly delay?: number;
}

/** What modules are mapped to, and how. */
export interface Mapping {
  readonly target: Target;
  /** Of ice40. */
  readonly device: Device;
  readonly multiplexers: Multiplexers;
  /** Text of the library of asic; else ''. */
  readonly liberty: string;
}

/** Hash of what reads Yosys's results; the Verilog and the script are in the keys themselves. */
const readers = (): string => codeKey(import.meta.url);

/** Maps one module by itself, or takes it from the cache: after a change only the blocks that it touches are mapped again. */
export const mapPart = async (
  yosys: Yosys,
  { name, json, boxes }: ModulePart,
  { target, device, multiplexers, liberty }: Mapping,
  files: Files,
): Promise<MappedPart> => {
  const macros = hasMacros(target);
  const script = [
    ...boxes.map((box) => `read_verilog -lib -DSYNTHESIS ${box}.v`),
    'read_json part.json',
    ...mapping(target, name, device, multiplexers),
    'write_json netlist.json',
    // a vector whose bits depend on each other looks like a loop, which simulators get wrong
    ...(macros ? ['splitnets', 'write_verilog -noattr netlist.v'] : []),
  ];
  const outputs = ['netlist.json', ...(macros ? ['netlist.v'] : []), ...(target === 'asic' ? ['abc.log'] : [])];
  const isRead = (file: string): boolean => file.endsWith('.vh') || boxes.includes(file.slice(0, -'.v'.length));
  const inputs = {
    ...Object.fromEntries(Object.entries(files).filter(([file]) => isRead(file))),
    ...mappingFiles(target, liberty),
    'part.json': json,
  };
  const key = cacheKey('map', [yosys.identity, readers(), ...script, ...Object.entries(inputs).flat()]);
  const folder = await buildOnce(key, async (fresh) => {
    const made = await yosys.run(script, inputs, outputs);
    const { cells } = (JSON.parse(made['netlist.json']!) as Netlist).modules[name]!;
    const counted = Object.entries(cells).map(([cell, { type, parameters }]) => [cell, { type, parameters }]);
    const delay = delayOf(made['abc.log'] ?? '');
    const part: MappedPart = {
      name,
      module: { cells: Object.fromEntries(counted) },
      verilog: made['netlist.v'] ?? '',
      ...(delay === undefined ? {} : { delay }),
    };
    writeFileSync(join(fresh, 'part.json'), JSON.stringify(part));
  });
  return JSON.parse(readFileSync(join(folder, 'part.json'), 'utf8')) as MappedPart;
};
