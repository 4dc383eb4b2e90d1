import { readFileSync } from 'node:fs';
import picocolors from 'picocolors';
import { z } from 'zod';
import { UserError } from '../generator/base/errors.js';
import { withFileErrors } from '../generator/base/fileError.js';
import { percent } from '../generator/base/numbers.js';
import { scriptCommand } from '../generator/base/paths.js';
import { Progress } from '../generator/base/progress.js';
import { EXIT, type ExitCode } from '../generator/cli/context.js';
import { realNumber } from '../generator/cli/realNumber.js';
import { isNetwork, networkGraph } from '../generator/networks/index.js';
import { digits } from '../generator/train/digits.js';
import { padded } from '../generator/train/pad.js';
import { SCHEDULES } from '../generator/train/schedule.js';
import { trainFloat32 } from './float32/train.js';
import { runScript } from './script.js';
import { parseWords } from './words.js';

/** What is needed of a log of `bp-im2col train`. */
const schema = z.object({
  network: z.string().refine(isNetwork, 'is no network by name'),
  data: z.object({ name: z.literal('digits') }),
  batch: z.int().min(1),
  image: z.tuple([z.int(), z.int(), z.int()]),
  sgd: z.strictObject({
    rate: z.number(),
    momentum: z.number(),
    weightDecay: z.number(),
    ...{ nesterov: z.boolean().optional(), clip: z.number().optional(), lossScale: z.number().optional() },
  }),
  loss: z.literal('softmaxCrossEntropy'),
  schedule: z.enum(SCHEDULES),
  frozen: z.array(z.string()),
  augmentation: z.strictObject({ shift: z.int().min(0), rotate: z.number().min(0), scale: z.number().min(0) }),
  seed: z.int().min(0),
  stopped: z.literal(false),
  steps: z.array(z.object({ step: z.int(), loss: z.number() })).min(1),
  evaluations: z.array(z.object({ images: z.int(), accuracy: z.number() })).min(1),
});

const readLog = (path: string): z.infer<typeof schema> => {
  const text = withFileErrors(path, () => readFileSync(path, 'utf8'));
  const refuse = (message: string): never => {
    const fix = `give the file of bp-im2col train lenet5 --data digits --log file.json`;
    throw new UserError([{ code: 'NO_LOG', path, message, fix }]);
  };
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return refuse('it is no JSON');
  }
  const { success, data, error } = schema.safeParse(value);
  if (success) return data;
  const [{ path: where, message }] = error.issues;
  return refuse(`it is no log of a whole training on the digits: ${where.join('.')}: ${message}`);
};

await runScript(async (args): Promise<ExitCode> => {
  const command = parseWords('float32', args, (words) =>
    words
      .description(
        'repeats a training in float32 with TensorFlow.js (same first weights, batches, dropouts and rates) and compares the accuracies on the images held out',
      )
      .argument('<log.json>', 'what bp-im2col train --log wrote')
      .option('--points <n>', 'percentage points by which they may differ', '0.5')
      .addHelpText(
        'after',
        `\nExample:\n  npx bp-im2col train digits --log log.json && ${scriptCommand('float32', 'log.json')}\n\nExit codes: 0 they differ by no more, 1 they do, 2 usage.\n`,
      ),
  );
  const points = realNumber('--points', command.opts<{ points: string }>().points, 0, 100);
  const log = readLog(command.args[0]);
  const { network, batch, image, sgd, schedule, augmentation, seed } = log;
  const steps = log.steps.length;
  const [height, width, channels] = image;
  const graph = networkGraph(network, { batch, seed, size: { height, width }, channels });
  let doing = `${network} in float32`;
  const progress = new Progress(() => doing);
  const begun = performance.now();
  let last = -1;
  const { accuracy, losses } = await trainFloat32(
    {
      ...{ graph, data: padded(digits(), graph), steps, sgd, schedule, augmentation, seed },
      frozen: new Set(log.frozen),
    },
    (step, loss) => {
      doing = `${network} in float32: step ${step} of ${steps}  loss ${loss.toFixed(4)}`;
      const now = Math.floor((performance.now() - begun) / 10_000);
      if (now !== last) progress.tick();
      last = now;
    },
  ).finally(() => progress.end());
  const { images, accuracy: ours } = log.evaluations.at(-1)!;
  const difference = 100 * Math.abs(ours - accuracy);
  const isClose = difference <= points + 1e-9;
  const line = (name: string, loss: number, told: number): string =>
    `${name.padEnd(22)}  loss of step ${steps} ${loss.toFixed(4)}  accuracy on ${images} images held out ${percent(told, 2)}`;
  console.log(line('bf16, the accelerator', log.steps.at(-1)!.loss, ours));
  console.log(line('float32, TensorFlow.js', losses.at(-1)!, accuracy));
  const verdict = `difference ${difference.toFixed(2)} points, of ${points} allowed`;
  console.log(isClose ? verdict : picocolors.red(verdict));
  return isClose ? EXIT.ok : EXIT.failed;
});
