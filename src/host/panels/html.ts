import type { PanelSubject } from '../../protocol/panels';

export interface PanelPage {
  readonly panel: PanelSubject['panel'];
  readonly title: string;
  /** BCP 47, for `<html lang>`. */
  readonly language: string;
  /** `webview.cspSource`. */
  readonly cspSource: string;
  readonly nonce: string;
  readonly scriptUri: string;
  readonly styleUri: string;
  /** Texts of the panels in the user's language, by key. */
  readonly strings: Readonly<Record<string, string>>;
}

/**
 * The page of a panel. Nothing may be loaded but the panel's own script, style and fonts, and pictures that it was handed as
 * blobs; it can reach no network at all. The texts lie in a block of data, which is not run and so needs no permission.
 */
export function panelHtml(page: PanelPage): string {
  const policy = [
    `default-src 'none'`,
    `script-src 'nonce-${page.nonce}'`,
    `style-src ${page.cspSource}`,
    `font-src ${page.cspSource}`,
    `img-src ${page.cspSource} blob:`,
    `connect-src 'none'`,
  ].join('; ');
  return `<!DOCTYPE html>
<html lang="${escapeHtml(page.language)}">
  <head>
    <meta charset="utf-8" />
    <meta http-equiv="Content-Security-Policy" content="${escapeHtml(policy)}" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>${escapeHtml(page.title)}</title>
    <link rel="stylesheet" href="${escapeHtml(page.styleUri)}" />
  </head>
  <body>
    <div id="root" data-panel="${page.panel}"></div>
    <script type="application/json" id="labbook-strings">${jsonInScript(page.strings)}</script>
    <script nonce="${page.nonce}" src="${escapeHtml(page.scriptUri)}"></script>
  </body>
</html>
`;
}

function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}

/** JSON that cannot end the script element it stands in, whatever a translation holds. */
function jsonInScript(value: unknown): string {
  return JSON.stringify(value).replaceAll('<', '\\u003c');
}
