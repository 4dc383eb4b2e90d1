import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { EXIT } from '../../generator/cli/context.js';
import { runCli } from '../../generator/cli/program.js';
import { HOROWITZ } from '../../generator/energy/table.js';
import { main } from '../processes.js';
import { temporaryFolders } from '../temporary.js';

const folder = temporaryFolders();
const SPEC = 'C=4,H=6,W=6,N=4,K=3,S=2,P=1';
const SPACE = ['explore', SPEC, '--preset', 'tiny4', '--vary', 'array=2x2,4x4', '--vary', 'axi.dataWidth=32,64'];

const run = async (...args: readonly string[]) => {
  let [out, err] = ['', ''];
  const print = (text: string): void => {
    out += text;
  };
  const say = (text: string): void => {
    err += text;
  };
  return { code: await runCli(args, { out: print, err: say, color: false }), out, err };
};

/** A folder of its own, with a cache in it, and what runs the built program there. */
const place = () => {
  const cwd = folder();
  const env = { ...process.env, NO_COLOR: '1', BP_IM2COL_CACHE: join(cwd, 'cache') };
  const cli = (args: readonly string[]) =>
    spawnSync(process.execPath, [main, ...args], { cwd, env, encoding: 'utf8', maxBuffer: 1 << 26 });
  const entries = (): readonly string[] =>
    existsSync(join(cwd, 'cache', 'model'))
      ? readdirSync(join(cwd, 'cache', 'model')).filter((name) => name.endsWith('.json'))
      : [];
  return { cwd, env, cli, entries };
};

/** The words of a printed command, without what starts the program. */
const words = (command: string): readonly string[] => {
  const [npx, name, ...rest] = command.split(' ');
  expect([npx, name]).toEqual(['npx', 'bp-im2col']);
  return rest;
};

describe('explore', () => {
  it.each([
    [['resnet5', '--vary', 'array=4,8'], 'write resnet50'],
    [[SPEC], '--vary: nothing is varied'],
    [[SPEC, '--vary', 'array=x'], '--vary array=x: it is no size of an array'],
    [[SPEC, '--vary', 'array=4', '--set', 'array.rows=8'], '--set array.rows=8 gives it already'],
    [[SPEC, '--vary', 'array=4', '--budget', 'luts=4'], 'add --target ecp5 or xilinx'],
    [[SPEC, '--vary', 'array=4', '--budget', 'bytes=few'], '--budget bytes=few'],
    [[SPEC, '--vary', 'array=4', '--axes', 'power'], '"power" is nothing that points are compared by'],
    [[SPEC, '--vary', 'array=4', '--axes', 'bytes,bytes'], '"bytes" is there twice'],
    [[SPEC, '--vary', 'array=4', '--whole'], '--whole: is for synthesis'],
    [[SPEC, '--vary', 'array=4', '--target', 'ecp5', '--library', 'osu018'], 'only asic maps to a library'],
    [[SPEC, '--vary', 'array=4', '--target', 'ecp5', '--syntheses', '2'], '--syntheses: 2 is less than 3'],
    [[SPEC, '--vary', 'array=4', '--jobs', 'x'], '--jobs: "x" is not a whole number'],
    [[SPEC, '--vary', 'array=4', '--out', 'points.txt'], 'does not end in .html'],
    [[SPEC, '--vary', 'array=4', '--out', 'no/such/points.csv'], 'there is no folder no/such'],
    [[SPEC, '--vary', 'array=4', '--energies', 'no.json'], 'no.json'],
    [[SPEC, '--vary', 'array=4', '--strided', '--set', 'array=3'], '--set array=3'],
    [['digits', '--train', '--vary', 'array=4', '--pass', 'dgrad'], '--pass: is for layers one by one'],
    [[SPEC, '--vary', 'array=4,200', '--preset', 'nothing'], 'there is no preset'],
    [[SPEC, '--vary', 'array=200,300'], 'none of the 2 points can do the work'],
  ])('refuses %j', async (args, message) => {
    const { code, out, err } = await run('explore', ...args);
    expect({ code, out }).toEqual({ code: EXIT.usage, out: '' });
    expect(err).toContain(message);
    expect(err).not.toContain('    at ');
  });

  it('refuses energies with what is wrong in the file', async () => {
    const file = join(folder(), 'energies.json');
    writeFileSync(file, JSON.stringify({ ...HOROWITZ, dramPerByte: 'much' }));
    const { code, err } = await run('explore', SPEC, '--vary', 'array=4', '--energies', file);
    expect(code).toBe(EXIT.usage);
    expect(err).toContain(`${file}: dramPerByte`);
  });

  it('prints for each point a command that gives its cycles and its energy again', () => {
    const { cli, cwd } = place();
    writeFileSync(join(cwd, 'mine.json'), JSON.stringify({ ...HOROWITZ, name: 'mine', dramPerByte: 20 }));
    const explored = cli([...SPACE, '--pass', 'dgrad', '--energies', 'mine.json', '--json']);
    expect(explored).toMatchObject({ status: 0 });
    const { points, energies } = JSON.parse(explored.stdout);
    expect(points).toHaveLength(4);
    expect(energies.name).toBe('mine');
    for (const point of points) {
      const alone = cli([...words(point.commands.estimate), '--json']);
      expect(alone).toMatchObject({ status: 0 });
      const total = JSON.parse(alone.stdout).totals.at(-1);
      expect([total.cycles, total.energy]).toEqual([point.cycles, point.energy]);
    }
  });

  it('explores steps of training, and each command gives the cycles again', () => {
    const { cli } = place();
    const space = ['--vary', 'array=8x8', '--vary', 'vector.lanes=2', '--set', 'axi.dataWidth=64'];
    const args = ['explore', 'digits', '--train', '--batch', '2', ...space, '--json'];
    const explored = cli(args);
    expect(explored).toMatchObject({ status: 0 });
    const { points } = JSON.parse(explored.stdout);
    expect(points).toHaveLength(1);
    for (const point of points) {
      const { cycles, energy } = JSON.parse(cli([...words(point.commands.estimate), '--json']).stdout);
      expect([cycles, energy.total]).toEqual([point.cycles, expect.closeTo(point.energy.total, 0)]);
    }
    // what is known is not worked out again
    expect(cli(args).stdout).toBe(explored.stdout);
  });

  it('stops at Ctrl-C without a file, and goes on from there', async () => {
    const { cwd, env, cli, entries } = place();
    const args = [...SPACE, '--jobs', '1', '--out', 'points.json'];
    const child = spawn(process.execPath, [main, ...args], { cwd, env, stdio: ['ignore', 'ignore', 'pipe'] });
    let said = '';
    child.stderr.on('data', (text) => {
      said += text;
    });
    const ended = new Promise<number | null>((done) => child.once('close', done));
    while (entries().length < 2 && child.exitCode === null) await sleep(10);
    child.kill('SIGINT');
    expect(await ended).toBe(130);
    expect(said).toContain('the same command goes on from there');
    expect(existsSync(join(cwd, 'points.json'))).toBe(false);
    const kept = entries();
    const times = kept.map((name) => statSync(join(cwd, 'cache', 'model', name)).mtimeMs);
    expect(kept.length).toBeGreaterThan(0);

    expect(cli(args)).toMatchObject({ status: 0 });
    const all = entries();
    expect(all).toEqual(expect.arrayContaining([...kept]));
    expect(kept.map((name) => statSync(join(cwd, 'cache', 'model', name)).mtimeMs)).toEqual(times);
    expect(kept.length).toBeLessThan(all.length);
    const fresh = place();
    expect(fresh.cli(args)).toMatchObject({ status: 0 });
    const file = (at: string): string => readFileSync(join(at, 'points.json'), 'utf8');
    expect(file(cwd)).toBe(file(fresh.cwd));
  });

  it('writes what the name of the file asks for, and one line for each point', () => {
    const { cwd, cli } = place();
    const args = [...SPACE, '--vary', 'buffers.dynamicBytes=16,1024', '--pass', 'fprop', '--out'];
    expect(cli([...args, 'points.csv'])).toMatchObject({ status: 0 });
    const [head, ...rows] = readFileSync(join(cwd, 'points.csv'), 'utf8').trimEnd().split('\n');
    expect(head).toMatch(/^array,axi\.dataWidth,buffers\.dynamicBytes,engine,cycles,/);
    expect(rows).toHaveLength(8);
    expect(cli([...args, 'points.html'])).toMatchObject({
      status: 0,
      stdout: expect.stringContaining('recommended: '),
    });
    const page = readFileSync(join(cwd, 'points.html'), 'utf8');
    expect(page).toContain('id="exploration-data"');
    // nothing is fetched: the only address is the name of SVG
    expect(
      page.match(/https?:\/\/[^"'\s<>)]*/g)?.filter((address) => address !== 'http://www.w3.org/2000/svg'),
    ).toEqual([]);
    expect(page).not.toMatch(/<(?:link(?! rel="icon" href="data:,">)|img|iframe|script src)|@import|url\((?!["']?#)/);
  });
});
