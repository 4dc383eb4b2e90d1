import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../base/errors.js';
import { discard, runTool, temporaryFolder } from '../base/processes.js';
import { missingTools } from '../base/tools.js';
import { toolVersion } from '../run/simulators/toolchain.js';

/** Files by name, without folders. */
export type Files = Readonly<Record<string, string>>;

/** A Yosys that can be run. */
export interface Yosys {
  /** As its version is printed in reports. */
  readonly version: string;
  /** All that it says of itself and of its ABC, for keys. */
  readonly identity: string;
  /**
   * Runs a script in a folder of its own that holds `inputs`.
   * @returns the text of each of `outputs`.
   * @throws UserError with Yosys's own error line.
   */
  readonly run: (script: readonly string[], inputs: Files, outputs: readonly string[]) => Promise<Files>;
}

const failure = (version: string, log: string): UserError => {
  const lines = log.split('\n').filter((line) => line.trim() !== '');
  const message = lines.find((line) => line.startsWith('ERROR')) ?? lines.at(-1) ?? 'it ended without a message';
  const fix = 'synthesize a preset to see whether the tool works; report it when the configuration is at fault';
  return new UserError([{ code: 'YOSYS', path: version, message, fix }]);
};

const native = async (): Promise<Yosys> => {
  const [found, abc] = [
    await toolVersion('yosys', '-V'),
    (await runTool('yosys-abc', ['-q', 'version'], { reject: false })).stdout,
  ];
  const version = found.replace(/ \(.*/s, '');
  return {
    version,
    identity: found + abc,
    run: async (script, inputs, outputs) => {
      const folder = temporaryFolder('bpi-yosys-');
      try {
        for (const [name, text] of Object.entries(inputs)) writeFileSync(join(folder, name), text);
        writeFileSync(join(folder, 'script.ys'), script.join('\n'));
        const result = await runTool('yosys', ['-q', 'script.ys'], { cwd: folder, reject: false });
        if (result.exitCode !== 0) throw failure(version, result.all);
        return Object.fromEntries(outputs.map((name) => [name, readFileSync(join(folder, name), 'utf8')]));
      } finally {
        discard(folder);
      }
    },
  };
};

const webAssembly = async (): Promise<Yosys> => {
  const module = await import('@yowasp/yosys');
  const version = `Yosys ${module.version} (WebAssembly)`;
  return {
    version,
    identity: version,
    run: async (script, inputs, outputs) => {
      const log: Uint8Array[] = [];
      const keep = (bytes: Uint8Array | null): void => {
        if (bytes) log.push(Uint8Array.from(bytes));
      };
      try {
        const files = { ...inputs, 'script.ys': script.join('\n') };
        const tree = (await module.runYosys(['-q', 'script.ys'], files, { stdout: keep, stderr: keep })) ?? {};
        return Object.fromEntries(
          outputs.map((name) => {
            const text = tree[name];
            if (typeof text !== 'string' && !(text instanceof Uint8Array)) throw new Error(`no file ${name}`);
            return [name, typeof text === 'string' ? text : Buffer.from(text).toString('utf8')];
          }),
        );
      } catch (error) {
        if (error instanceof module.Exit) throw failure(version, Buffer.concat(log).toString('utf8'));
        throw error;
      }
    },
  };
};

/** The machine's Yosys, or the one that npm installed; `wasm` asks for the latter. */
export const findYosys = (wasm = false): Promise<Yosys> =>
  wasm || missingTools(['yosys']).length > 0 ? webAssembly() : native();
