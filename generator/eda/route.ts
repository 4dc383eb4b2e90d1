import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from '../description/config.js';
import { buildOnce, cacheKey } from '../run/simulators/cache.js';
import { codeKey } from '../run/simulators/code.js';
import { partRegisters } from './carryChains.js';
import { freeRegisters } from './controls.js';
import type { Design } from './design.js';
import { DEVICES, type Device } from './devices.js';
import { cutOut, harness } from './harness.js';
import { findingOf, megahertzOf, type Router, type Routing, utilisationOf } from './nextpnr.js';
import { designSources, TOP_BLOCKS } from './sources.js';
import { mapping, mappingFiles } from './targets.js';
import type { Yosys } from './yosys.js';

export interface RouteOptions {
  readonly device: Device;
  readonly seed: number;
  /** Only these blocks of the top module and what they hold. */
  readonly only?: readonly string[];
}

/**
 * Places and routes an accelerator, or some of its blocks, in a {@link harness}; or takes the result from the cache.
 * @returns what came of it, and the routed design as text where it fits.
 */
export const route = async (
  config: Config,
  yosys: Yosys,
  router: Router,
  { device, seed, only = TOP_BLOCKS }: RouteOptions,
): Promise<{ readonly routing: Routing; readonly asc?: string }> => {
  const { option, package: pins } = DEVICES[device];
  const { files, read, top } = designSources(config, only, []);
  const cut = [...read(false), 'proc', 'flatten', 'opt_clean', 'write_json flat.json'];
  const map = ['read_json part.json', 'read_verilog harness.v', ...mapping('ice40', 'harness', device)];
  // a target that is not met: nextpnr does its best, and the frequency is what comes of it
  const options = [option, '--package', pins, '--seed', String(seed), '--freq', '100', '--timing-allow-fail'];
  const key = cacheKey('route', [
    yosys.identity,
    router.version,
    // the Verilog is in the key itself
    codeKey(import.meta.url, ['../emit/rtl.js', '../emit/blocks.js']),
    ...cut,
    ...map,
    ...options,
    ...Object.entries({ ...files, ...mappingFiles('ice40', '') }).flat(),
  ]);
  const folder = await buildOnce(key, async (fresh) => {
    const { 'flat.json': flat } = await yosys.run(cut, files, ['flat.json']);
    const part = cutOut(JSON.parse(flat!) as Design, top, config.prefix);
    const inputs = { ...mappingFiles('ice40', ''), 'part.json': part.json, 'harness.v': harness(part) };
    const { 'mapped.json': mapped } = await yosys.run([...map, 'write_json mapped.json'], inputs, ['mapped.json']);
    const netlist = partRegisters(freeRegisters(JSON.parse(mapped!) as Design, 'harness'), 'harness');
    const { log, report, asc } = await router.route(JSON.stringify(netlist), options);
    const routing: Routing = {
      device,
      tool: router.version,
      seed,
      harness: { inputs: part.inputs, outputs: part.outputs },
      used: utilisationOf(log),
      ...(report === undefined ? { finding: findingOf(log) } : { megahertz: megahertzOf(report) }),
    };
    writeFileSync(join(fresh, 'out.asc'), asc ?? '');
    writeFileSync(join(fresh, 'routing.json'), JSON.stringify(routing));
  });
  const routing = JSON.parse(readFileSync(join(folder, 'routing.json'), 'utf8')) as Routing;
  return routing.finding ? { routing } : { routing, asc: readFileSync(join(folder, 'out.asc'), 'utf8') };
};
