/**
 * Names of runs, metrics, tags and files come from anyone's script. These functions make them harmless for the places of VS
 * Code that read more than plain text.
 */

/** `vscode.l10n.t`, or in tests a stand-in: the message with its `{0}`, `{1}` … filled in, in the user's language. */
export type Translate = (message: string, ...values: (string | number)[]) => string;

/** Stands in where nothing translates, as in tests. */
export function english(message: string, ...values: (string | number)[]): string {
  return message.replaceAll(/\{(\d+)\}/g, (whole, index: string) => String(values[Number(index)] ?? whole));
}

/** Control characters, and the invisible ones that reorder text (a name must not rewrite what stands beside it). */
// eslint-disable-next-line no-control-regex -- control characters are what this is about
const invisible = /[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]+/g;

/** One line without invisible characters, cut at `limit` characters. */
export function oneLine(text: string, limit = 200): string {
  const line = text
    .slice(0, limit * 4)
    .replace(invisible, ' ')
    .trim();
  return line.length > limit ? `${line.slice(0, limit - 1)}…` : line;
}

/**
 * For notifications, dialogs and view messages, where VS Code turns `[text](command:…)` into a link: a name must not become
 * a button.
 */
export function inMessage(text: string, limit = 80): string {
  return oneLine(text, limit).replaceAll('](', '] (');
}

/** For labels of quick picks and the status bar, where VS Code turns `$(name)` into an icon. */
export function inPick(text: string): string {
  return oneLine(text).replaceAll('$(', '\\$(');
}

/** For Markdown: shows as it is, without links (also none made from bare addresses), HTML or emphasis. */
export function inMarkdown(text: string, limit = 200): string {
  return oneLine(text, limit)
    .replace(/[\\`*_{}[\]()#+\-.!~|$]/g, '\\$&')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll(':', '&#58;')
    .replaceAll('@', '&#64;')
    .replaceAll('\\.', '&#46;');
}
