/** Marks each frame below `root` whose content is wider than it is, so that it says how to see the rest. */
export const startHints = (root: ParentNode = document): void => {
  const mark = (box: Element): void => {
    box.parentElement!.classList.toggle('more', box.scrollWidth > box.clientWidth + 1);
  };
  const resized = new ResizeObserver((entries) => {
    for (const { target } of entries) mark(target);
  });
  const changed = new MutationObserver((records) => {
    for (const { target } of records) mark(target as Element);
  });
  for (const box of root.querySelectorAll('.scroll')) {
    resized.observe(box);
    changed.observe(box, { childList: true });
    mark(box);
  }
};
