const canvas = document.createElement('canvas');

/** Pixels that a text takes in an element's font. */
export function textWidth(text: string, element: Element): number {
  const context = canvas.getContext('2d');
  if (!context) {
    return 0;
  }
  context.font = getComputedStyle(element).font;
  return context.measureText(text).width;
}
