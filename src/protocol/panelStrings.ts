/**
 * The texts of the panels: key -> English text, with `{0}`, `{1}` … where values go. The host translates each with
 * `vscode.l10n.t` and hands the result to the panel as JSON; panels use the English text where none was handed over.
 * Whole sentences only: pieces that are glued together cannot be translated.
 */
export const panelStrings = {
  loading: 'Loading…',
} as const satisfies Record<string, string>;

export type PanelStringKey = keyof typeof panelStrings;
