import { type Problem, UserError } from '../base/errors.js';
import { decodeModel, encodeModel, type TensorMessage } from './schema.js';
import { EXTERNAL } from './tensors.js';

/** The bytes that a tensor names, or why it has none. */
const bytesOf = ({ externalData }: TensorMessage, read: (location: string) => Uint8Array): Uint8Array | string => {
  const said = new Map(externalData.map(({ key, value }) => [key, value]));
  const location = said.get('location') ?? '';
  // a file may not name what lies outside its folder
  if (!location || /^[/\\]|^\w:|(^|[/\\])\.\.([/\\]|$)/.test(location))
    return `keeps its values in the file "${location}", which is none beside the model`;
  const whole = read(location);
  const first = Number(said.get('offset') ?? 0);
  const last = first + Number(said.get('length') ?? whole.length - first);
  if (!(Number.isInteger(first) && Number.isInteger(last) && first >= 0 && first <= last && last <= whole.length))
    return `keeps its values in bytes ${first} to ${last} of ${location}, which has ${whole.length}`;
  return whole.subarray(first, last);
};

/**
 * The model as one file: values that its tensors keep in other files (external data) are put into it. A model without any is returned as it is.
 * @param read gives the bytes of a file beside the model's, by the path that the model says.
 * @throws UserError with every tensor that names no bytes, or when the bytes are no ONNX model.
 */
export const inOneFile = async (bytes: Uint8Array, read: (location: string) => Uint8Array): Promise<Uint8Array> => {
  const model = await decodeModel(bytes);
  const { initializer, node } = model.graph;
  const tensors = [...initializer, ...node.flatMap(({ attribute }) => attribute.flatMap(({ t }) => t ?? []))];
  const outside = tensors.filter(({ dataLocation }) => dataLocation === EXTERNAL);
  if (outside.length === 0) return bytes;
  const files = new Map<string, Uint8Array>();
  const once = (location: string): Uint8Array => {
    const known = files.get(location) ?? read(location);
    files.set(location, known);
    return known;
  };
  const problems: Problem[] = [];
  for (const tensor of outside) {
    const rawData = bytesOf(tensor, once);
    if (typeof rawData === 'string')
      problems.push({
        ...{ code: 'BAD_MODEL', path: `tensor ${tensor.name}`, message: rawData },
        fix: 'give the model with the files that its exporter wrote beside it',
      });
    else Object.assign(tensor, { rawData, externalData: [], dataLocation: 0 });
  }
  if (problems.length > 0) throw new UserError(problems);
  return encodeModel(model);
};
