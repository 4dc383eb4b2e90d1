import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { templatesFolder, version } from '../emit/host.js';
import { render } from '../emit/template.js';
import { explorerBody, explorerLegend } from '../report/explorer.js';
import { mainScript, workerScript } from './bundle.js';
import { closelyFormHtml, configFormHtml, workloadFormHtml } from './form.js';

/** Text that may stand in a script: neither its end nor a comment begins in it. */
const inScript = (text: string): string => text.replaceAll('</script', '<\\/script').replaceAll('<!--', '<\\!--');

/** The page that generates, as one HTML file that needs nothing else. */
export const pageHtml = async (): Promise<string> => {
  const style = ['report', 'page'].map((name) => readFileSync(join(templatesFolder, name, 'style.css'), 'utf8'));
  return render('page/page.html', {
    ...{ version: version(), style: style.join('\n') },
    ...{ config: configFormHtml(), workload: workloadFormHtml(), closely: closelyFormHtml() },
    ...{ explorerLegend: explorerLegend(), explorerBody: explorerBody() },
    ...{ worker: inScript(await workerScript()), script: inScript(await mainScript()) },
  });
};
