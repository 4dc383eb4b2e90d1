import type { Problem } from '../../base/errors.js';
import type { Config, Engine } from '../../description/config.js';
import { derive } from '../../description/derive.js';
import type { Graph, Operation } from '../../graph/operations.js';

const unsupported = (path: string, message: string, fix: string): Problem => ({
  code: 'NETWORK_UNSUPPORTED',
  ...{ path, message, fix },
});

/** Why an operation cannot be compiled, if it cannot. */
const refusal = (made: Operation, engine: Engine, training: boolean): Problem | undefined => {
  if (made.kind === 'pooling' && made.of === 'maximum') {
    if (training) {
      const message = 'is a maximum over windows, whose gradient the accelerator cannot work out yet';
      return unsupported(made.name, message, 'take an average, or a convolution with a stride');
    }
    if (engine !== 'zerofree') {
      const message = `is a maximum over windows, which the engine ${engine} cannot take: padding would take part in it`;
      return unsupported(made.name, message, 'take the engine zerofree');
    }
  }
  if (made.kind === 'batchNormalization' && training) {
    const message = 'is a batch normalisation, whose gradient the accelerator cannot work out yet';
    return unsupported(made.name, message, 'fold it into the convolution before it, or leave it out');
  }
  return undefined;
};

/** What keeps a graph from being compiled: the accelerator's parts, and every operation that is not supported. */
export const refusals = (config: Config, graph: Graph, engine: Engine, training: boolean): readonly Problem[] => {
  const problems = graph.operations.flatMap((made) => refusal(made, engine, training) ?? []);
  if (derive(config).vectorLanes > 0) return problems;
  const message = `${config.name} has no vector unit, which networks need`;
  return [{ code: 'NETWORK_VECTOR', path: 'vector.lanes', message, fix: 'set vector.lanes, as to 8' }, ...problems];
};
