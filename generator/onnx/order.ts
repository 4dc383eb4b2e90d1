import type { Problem } from '../base/errors.js';
import { type GraphMessage, type NodeMessage, numberOf } from './schema.js';

/** What a person finds a node by. */
export const labelOf = (node: NodeMessage): string =>
  `${node.opType || 'node'} ${node.name || node.output.find((name) => name !== '') || '(unnamed)'}`;

/** The nodes that the outputs need, each behind those that it reads. */
export interface Ordered {
  readonly nodes: readonly NodeMessage[];
  /** How often each tensor is read, an output of the network once more. */
  readonly readers: ReadonlyMap<string, number>;
  readonly problems: readonly Problem[];
}

/** Puts the nodes of a graph in order; `known` are the tensors that no node makes. */
export const inOrder = (graph: GraphMessage, known: ReadonlySet<string>): Ordered => {
  const problems: Problem[] = [];
  const report = (path: string, message: string, fix: string): void => {
    problems.push({ code: 'BAD_MODEL', path, message, fix });
  };
  for (const [what, all] of [
    ['tensor', graph.initializer],
    ['input', graph.input],
  ] as const) {
    const names = all.map(({ name }) => name);
    for (const name of new Set(names.filter((each, i) => names.indexOf(each) < i)))
      report(`${what} ${name}`, 'is given twice', 'give each its own name');
  }
  const makers = new Map<string, NodeMessage>();
  for (const node of graph.node)
    for (const name of node.output.filter((each) => each !== '')) {
      if (makers.has(name) || known.has(name))
        report(labelOf(node), `makes ${name}, which is made twice`, 'give each tensor its own name');
      makers.set(name, node);
    }
  const readers = new Map<string, number>();
  const read = (name: string): void => void readers.set(name, (readers.get(name) ?? 0) + 1);
  const nodes: NodeMessage[] = [];
  const open = new Set<NodeMessage>();
  const done = new Set<NodeMessage>();
  // a stack of its own: networks are deeper than the language's
  const stack = graph.output.map(({ name }) => ({ name, path: `output ${name}`, isLeft: false })).reverse();
  for (const { name } of graph.output) read(name);
  for (let next = stack.pop(); next; next = stack.pop()) {
    const node = known.has(next.name) ? undefined : makers.get(next.name);
    if (next.isLeft) {
      open.delete(node!);
      done.add(node!);
      nodes.push(node!);
      continue;
    }
    if (!node) {
      if (!known.has(next.name))
        report(
          next.path,
          `reads ${next.name || 'a tensor without name'}, which nothing makes`,
          'check the file with its exporter',
        );
      continue;
    }
    if (done.has(node)) continue;
    if (open.has(node)) {
      report(
        next.path,
        `reads ${next.name}, which is made of what it makes itself`,
        'take the circle out of the network',
      );
      continue;
    }
    open.add(node);
    stack.push({ ...next, isLeft: true });
    for (const name of [...node.input].reverse()) {
      if (name === '') continue;
      read(name);
      stack.push({ name, path: labelOf(node), isLeft: false });
    }
  }
  return { nodes, readers, problems };
};

/** Operators that work element by element, and so leave open what the axes are. */
const POINTWISE: ReadonlySet<string> = new Set(['Identity', 'Cast', 'Add', 'Sub', 'Mul', 'Div', 'Clip', 'Relu']);

/** Whether a network takes images as [batch, height, width, channels]: the first that minds the axes is a Transpose that puts the last behind the batch. */
export const hasChannelsLast = (nodes: readonly NodeMessage[], input: string): boolean => {
  const same = new Set([input]);
  for (const node of nodes) {
    if (!node.input.some((name) => same.has(name))) continue;
    const order = node.attribute.find(({ name }) => name === 'perm')?.ints.map(numberOf);
    if (node.opType === 'Transpose' && ['0,3,1,2', '0,2,1'].includes(`${order}`)) return true;
    if (POINTWISE.has(node.opType)) same.add(node.output[0]);
  }
  return false;
};
