import { type Zippable, zipSync } from 'fflate';
import { sourceOf } from '../api/source.js';
import { parseBatch, wordSource } from '../api/words.js';
import { type Problem, problemOf, UserError } from '../base/errors.js';
import { estimate } from '../compile/estimate.js';
import { makePlan } from '../compile/plan.js';
import { formatLayer, parseLayer } from '../description/layer.js';
import { resolveConfig } from '../description/resolve.js';
import { emit } from '../emit/emit.js';
import { configHash } from '../emit/views/common.js';
import { activityOf } from '../machine/activity.js';
import { areaHtml } from './area.js';
import { diagramSvg } from './diagram.js';
import { fieldValues } from './fields.js';
import type { Answer, Request, RequestKind, Requests } from './protocol.js';
import { registersHtml } from './registers.js';

/** The first day that a zip can name: the same files give the same zip. */
const FIRST_DAY = new Date(1980, 0, 1);

const encoder = new TextEncoder();

/** What answers each kind of request. @throws {@link UserError} with what is wrong with what was asked. */
const handlers: { readonly [K in RequestKind]: (ask: Requests[K]['ask']) => Requests[K]['answer'] } = {
  describe: ({ preset, sets }) => {
    const config = resolveConfig({ preset }, sets);
    return {
      ...{ config, values: fieldValues(config), hash: configHash(config).slice(0, 8) },
      ...{ diagram: diagramSvg(config), registers: registersHtml(config), area: areaHtml(config) },
    };
  },
  zip: (config) => {
    const files = emit(config);
    const inside: Zippable = Object.fromEntries(
      files.map(({ path, text }) => [`${config.name}/${path}`, encoder.encode(text)]),
    );
    return { files: files.length, zip: zipSync(inside, { level: 6, mtime: FIRST_DAY }) };
  },
  workload: ({ workload, batch }) => {
    const images = batch === '' ? undefined : parseBatch(batch);
    const { name, layers } = sourceOf({ ...wordSource(workload), batch: images });
    return { name, layers: layers.map(({ name: own, layer }) => ({ name: own, spec: formatLayer(layer), layer })) };
  },
  estimate: ({ config, spec, pass, engine }) => estimate(config, parseLayer(spec), pass, engine),
  activity: ({ config, spec, pass, engine }) =>
    activityOf(config, makePlan(config, parseLayer(spec), pass, engine, { narrow: pass !== 'wgrad' })),
};

const problemsOf = (error: unknown): readonly Problem[] =>
  error instanceof UserError ? error.problems : [problemOf(error, 'bp-im2col')];

/** Answers a request, or says what is wrong with it. */
export const answer = ({ id, kind, ask }: Request): Answer => {
  try {
    return { id, answer: (handlers[kind] as (ask: unknown) => unknown)(ask) };
  } catch (error) {
    return { id, problems: problemsOf(error) };
  }
};
