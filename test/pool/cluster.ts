import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { discard, runTool, temporaryFolder } from '../../generator/base/processes.js';

const NODES = ['n1', 'n2'] as const;
export type NodeName = (typeof NODES)[number];
/** Processors that a node says it has, whatever the machine has. */
export const CPUS = 8;

const freePorts = async (count: number): Promise<readonly number[]> => {
  const servers = await Promise.all(
    Array.from(
      { length: count },
      () =>
        new Promise<ReturnType<typeof createServer>>((resolve) => {
          const server = createServer().listen(0, '127.0.0.1', () => resolve(server));
        }),
    ),
  );
  const ports = servers.map((server) => (server.address() as { readonly port: number }).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
};

const configuration = (folder: string, [control, ...ports]: readonly number[]): string => {
  const { username } = userInfo();
  return `ClusterName=test
SlurmctldHost=localhost(127.0.0.1)
SlurmctldPort=${control}
AuthType=auth/munge
AuthInfo=socket=${folder}/munge.socket
CredType=cred/munge
SlurmUser=${username}
SlurmdUser=${username}
StateSaveLocation=${folder}/state
SlurmdSpoolDir=${folder}/spool-%n
SlurmctldPidFile=${folder}/slurmctld.pid
SlurmdPidFile=${folder}/slurmd-%n.pid
SlurmctldLogFile=${folder}/slurmctld.log
SlurmdLogFile=${folder}/slurmd-%n.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SchedulerParameters=batch_sched_delay=0,sched_min_interval=0
MpiDefault=none
JobRequeue=0
ReturnToService=2
SlurmdParameters=config_overrides
KillWait=1
${NODES.map((name, index) => `NodeName=${name} NodeHostname=localhost NodeAddr=127.0.0.1 Port=${ports[index]} CPUs=${CPUS}`).join('\n')}
PartitionName=main Nodes=n[1-2] Default=YES LLN=YES MaxTime=INFINITE State=UP
`;
};

/** Processes with these texts in their environment. */
const processesWith = (...texts: readonly string[]): readonly number[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        const environment = readFileSync(`/proc/${pid}/environ`, 'latin1');
        return texts.every((text) => environment.includes(text));
      } catch {
        return false;
      }
    });

const kill = (pid: number): void => {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // it has ended
  }
};

/** The steps of Slurm that have started some of these processes: they have no such environment. */
const stepsOf = (pids: readonly number[]): readonly number[] =>
  pids.flatMap((pid) => {
    try {
      const [, parent] = readFileSync(`/proc/${pid}/stat`, 'latin1')
        .replace(/^.*\) /s, '')
        .split(' ');
      return readFileSync(`/proc/${parent}/cmdline`, 'latin1').startsWith('slurmstepd') ? [Number(parent)] : [];
    } catch {
      return []; // it has ended
    }
  });

/** A cluster of two nodes on this machine, with its own keys and ports. */
export interface Cluster {
  /** What a command needs to find it. */
  readonly env: Readonly<Record<string, string>>;
  /** A command of Slurm, and what it says. */
  readonly slurm: (command: string, ...args: readonly string[]) => string;
  /** Waits until the queue is empty. */
  readonly idle: () => Promise<void>;
  /** Ends all processes of a node at once, and has Slurm notice it. */
  readonly killNode: (node: NodeName) => void;
  /** Starts a node that was killed. */
  readonly startNode: (node: NodeName) => Promise<void>;
  readonly stop: () => Promise<void>;
}

/** Starts munged, slurmctld and two slurmd. They end with this process, however it ends. */
export const startCluster = async (): Promise<Cluster> => {
  const folder = temporaryFolder('bpi-slurm-');
  chmodSync(folder, 0o755);
  const path = (name: string): string => join(folder, name);
  for (const name of ['state', ...NODES.map((node) => `spool-${node}`)]) mkdirSync(path(name));
  writeFileSync(path('munge.key'), randomBytes(1024), { mode: 0o400 });
  writeFileSync(path('slurm.conf'), configuration(folder, await freePorts(3)));
  const env = { SLURM_CONF: path('slurm.conf') };

  let failure: string | undefined;
  let isOver = false;
  const daemons = new Map<string, Promise<void>>();
  const killed = new Set<string>();
  const start = (name: string, command: string, args: readonly string[]): void => {
    killed.delete(name);
    const ended = runTool(command, args, { env, cwd: folder, reject: false }).then(({ all }) => {
      if (!isOver && !killed.has(name)) failure = `${name} has ended: ${all}`;
    });
    daemons.set(name, ended);
  };
  /** Waits as long as it takes, unless a daemon has ended. */
  const until = async (holds: () => boolean): Promise<void> => {
    for (; !holds(); await sleep(50)) if (failure !== undefined) throw new Error(failure);
  };
  const slurm = (command: string, ...args: readonly string[]): string =>
    execFileSync(command, args, {
      encoding: 'utf8',
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  const isIdle = (count: number) => (): boolean => {
    try {
      return slurm('sinfo', '-h', '-o', '%T %D').trim() === `idle ${count}`;
    } catch {
      return false; // slurmctld is not up yet
    }
  };
  const startNode = (node: NodeName): void => start(node, 'slurmd', ['-D', '-N', node, '-f', path('slurm.conf')]);

  const files = [
    'key-file=munge.key',
    'pid-file=munge.pid',
    'seed-file=munge.seed',
    'log-file=munge.log',
    'socket=munge.socket',
  ];
  start('munged', 'munged', [
    ...['--foreground', '--force'],
    ...files.map((each) => `--${each.replace('=', `=${folder}/`)}`),
  ]);
  await until(() => existsSync(path('munge.socket')));
  start('slurmctld', 'slurmctld', ['-D', '-f', path('slurm.conf')]);
  for (const node of NODES) startNode(node);
  await until(isIdle(NODES.length));

  const killNode = (node: NodeName): void => {
    killed.add(node);
    const mine = processesWith(env.SLURM_CONF, `SLURMD_NODENAME=${node}`);
    const slurmd = Number(readFileSync(path(`slurmd-${node}.pid`), 'utf8'));
    for (const pid of [slurmd, ...stepsOf(mine), ...mine]) kill(pid);
    slurm('scontrol', 'update', `nodename=${node}`, 'state=down', 'reason=dead');
  };
  return {
    env,
    slurm,
    idle: () => until(() => slurm('squeue', '-h').trim() === ''),
    killNode,
    startNode: async (node) => {
      await daemons.get(node);
      startNode(node);
      await until(isIdle(NODES.length));
    },
    stop: async () => {
      isOver = true;
      const own = processesWith(env.SLURM_CONF);
      for (const pid of [...stepsOf(own), ...own]) kill(pid);
      await Promise.all(daemons.values());
      discard(folder);
    },
  };
};
