import { setLanguage } from '../../src/core/format';
import { panelStrings, type PanelStringKey } from '../../src/protocol/panelStrings';

/** A text in the user's language, its `{0}`, `{1}` … replaced by `args`. English where the host handed over no text. */
export function t(key: PanelStringKey, ...args: readonly (string | number)[]): string {
  const text = translated[key] ?? panelStrings[key];
  return text.replace(/\{(\d+)\}/g, (whole, index: string) => String(args[Number(index)] ?? whole));
}

/** One of two texts by number; both get the number, in the form in which it is to be read, as `{0}`. */
export function tCount(one: PanelStringKey, many: PanelStringKey, count: number, shown = String(count)): string {
  return t(count === 1 ? one : many, shown);
}

const translated = read();
// Every panel reads its texts from here, so dates and counts speak their language from the first drawing on.
setLanguage(document.documentElement.lang);

function read(): Partial<Record<string, string>> {
  const text = document.getElementById('labbook-strings')?.textContent;
  try {
    const parsed: unknown = JSON.parse(text ?? '{}');
    return isTexts(parsed) ? parsed : {};
  } catch {
    // English is better than no panel.
    return {};
  }
}

function isTexts(value: unknown): value is Record<string, string> {
  return typeof value === 'object' && value !== null && Object.values(value).every((each) => typeof each === 'string');
}
