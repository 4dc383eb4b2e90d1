/** Escapes text for HTML and SVG, in content and in attributes. */
export const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

/** With a capital letter, as a sentence or a title begins. */
export const sentence = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
