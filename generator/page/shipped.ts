/* The bundler puts what the package ships in the place of this module: see `bundle.ts`. */

/** The package's version. */
export declare const version: string;

/** What Handlebars has made of each template, by its path without `.hbs`. */
export declare const specifications: Readonly<Record<string, TemplateSpecification>>;
