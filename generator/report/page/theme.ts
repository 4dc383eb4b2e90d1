const SCHEMES = ['light', 'dark'] as const;
type Scheme = (typeof SCHEMES)[number];

/** The button that changes between light and dark; until it is used the page follows the system. */
export const startTheme = (): void => {
  const root = document.documentElement;
  const button = document.getElementById('theme');
  if (!button) throw new Error('the page has no #theme');
  const system = window.matchMedia('(prefers-color-scheme: dark)');
  const now = (): Scheme => (root.dataset.theme as Scheme | undefined) ?? (system.matches ? 'dark' : 'light');
  const name = (): void => {
    const other = now() === 'dark' ? 'Light' : 'Dark';
    button.textContent = other;
    button.setAttribute('aria-label', `${other} colours`);
  };
  button.addEventListener('click', () => {
    root.dataset.theme = now() === 'dark' ? 'light' : 'dark';
    name();
  });
  system.addEventListener('change', name);
  name();
  button.hidden = false;
};
