/** How a text of the table is written: values, names of columns and best values, and what stands small beside these, bold where it is better. */
export type TextKind = 'cell' | 'bold' | 'small' | 'smallBold';

/** Pixels that a text takes. */
export type TextMeasure = (text: string, kind?: TextKind) => number;

const fonts: Readonly<Record<TextKind, string>> = {
  cell: '12px',
  bold: '600 12px',
  small: '11px',
  smallBold: '600 11px',
};
/** Texts whose widths are kept. */
const mostKept = 4000;

/** Near enough where nothing can be measured. */
const guessed = (text: string): number => text.length * 7;

/** Measures in a font as it is drawn here. @param fontFamily as CSS writes it */
export function textMeasure(fontFamily: string): TextMeasure {
  const context = document.createElement('canvas').getContext('2d');
  const known = new Map<string, number>();
  return (text, kind = 'cell') => {
    // Digits of the table are all of one width, which canvases cannot be told.
    const form = text.replace(/\d/g, '0');
    const key = kind + form;
    let width = known.get(key);
    if (width === undefined) {
      if (context) {
        context.font = `${fonts[kind]} ${fontFamily}`;
      }
      width = context?.measureText(form).width ?? guessed(form);
      if (known.size >= mostKept) {
        known.clear();
      }
      known.set(key, width);
    }
    return width;
  };
}
