/** Milliseconds from a movement until it is told of: a scroll has many. */
const delay = 200;

/**
 * Tells that an element was scrolled, not for each of a scroll's movements.
 * @returns ends it
 */
export function afterScroll(element: HTMLElement, tell: () => void): () => void {
  let timer: number | undefined;
  const onScroll = (): void => {
    timer ??= window.setTimeout(() => {
      timer = undefined;
      tell();
    }, delay);
  };
  element.addEventListener('scroll', onScroll, { passive: true });
  return () => {
    element.removeEventListener('scroll', onScroll);
    window.clearTimeout(timer);
  };
}

/**
 * Tells of what may be a movement of the user's own: from the first one on it is the user who says where an element is scrolled to.
 * @returns ends it
 */
export function onOwnMovement(element: HTMLElement, tell: () => void): () => void {
  const kinds = ['wheel', 'keydown', 'pointerdown'] as const;
  kinds.forEach((kind) => element.addEventListener(kind, tell, { passive: true }));
  return () => kinds.forEach((kind) => element.removeEventListener(kind, tell));
}
