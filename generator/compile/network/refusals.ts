import type { Problem } from '../../base/errors.js';
import type { Config, Engine } from '../../description/config.js';
import { derive } from '../../description/derive.js';
import type { Graph, Operation, Shape } from '../../graph/operations.js';

const unsupported = (path: string, message: string, fix: string): Problem => ({
  code: 'NETWORK_UNSUPPORTED',
  ...{ path, message, fix },
});

/** Why an operation cannot be compiled, if it cannot. */
const refusal = (
  made: Operation,
  engine: Engine,
  training: boolean,
  shapes: ReadonlyMap<string, Shape>,
): Problem | undefined => {
  if (made.kind === 'pooling' && made.of === 'maximum') {
    if (engine !== 'zerofree') {
      const message = `is a maximum over windows, which the engine ${engine} cannot take: padding would take part in it`;
      return unsupported(made.name, message, 'take the engine zerofree');
    }
  }
  if (made.kind === 'batchNormalization' && training) {
    const [B, H, W] = shapes.get(made.name)!;
    if (B * H * W > 1) return undefined;
    const message = 'is a batch normalisation of one value a channel, which has no variance';
    return unsupported(made.name, message, 'take a larger batch, or larger images');
  }
  return undefined;
};

/** What keeps a graph from being compiled: the accelerator's parts, and every operation that is not supported. */
export const refusals = (
  config: Config,
  graph: Graph,
  engine: Engine,
  training: boolean,
  shapes: ReadonlyMap<string, Shape>,
): readonly Problem[] => {
  const problems = graph.operations.flatMap((made) => refusal(made, engine, training, shapes) ?? []);
  if (derive(config).vectorLanes > 0) return problems;
  const message = `${config.name} has no vector unit, which networks need`;
  return [{ code: 'NETWORK_VECTOR', path: 'vector.lanes', message, fix: 'set vector.lanes, as to 8' }, ...problems];
};
