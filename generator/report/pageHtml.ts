import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../base/paths.js';
import { render } from '../emit/template.js';
import { type PageScript, pageScript } from './bundle.js';
import type { Section } from './figure.js';
import { escaped } from './text.js';

export interface Page {
  readonly title: string;
  readonly subtitle: string;
  readonly sections: readonly Section[];
  readonly script: PageScript;
}

/** A page as one HTML file that needs nothing else. */
export const pageHtml = async ({ title, subtitle, sections, script }: Page): Promise<string> => {
  const style = readFileSync(join(packageRoot, 'templates', 'report', 'style.css'), 'utf8');
  return render('report/page.html', {
    ...{ title: escaped(title), subtitle: escaped(subtitle), style },
    sections: sections.map((section, index) => ({
      ...{ ...section, heading: escaped(section.heading ?? section.title) },
      // what a reader sees first comes before the list of sections
      first: index === 0,
    })),
    // a script ends at the first closing tag, wherever that stands
    script: (await pageScript(script)).replaceAll('</script', '<\\/script'),
  });
};
