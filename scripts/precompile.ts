import { readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Handlebars from 'handlebars';
import { precompiledFile, TEMPLATE_OPTIONS, templateKey, templatesFolder } from '../generator/emit/host.js';

// Part of the build: templates compiled ahead of time, which halves the time that `generate` takes.
const sources = readdirSync(templatesFolder, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.hbs'))
  .sort()
  .map((name) => readFileSync(join(templatesFolder, name), 'utf8'));
const entries = sources.map(
  (source) => `${JSON.stringify(templateKey(source))}: ${Handlebars.precompile(source, TEMPLATE_OPTIONS)}`,
);
const fresh = `${precompiledFile}.${process.pid}`;
writeFileSync(fresh, `module.exports = {\n${entries.join(',\n')}\n};\n`);
renameSync(fresh, precompiledFile);
