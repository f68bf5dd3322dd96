import * as vscode from 'vscode';
import { textScheme } from '../contributions';

/** Documents that are kept; an editor of an older one says how to get it again. */
const keptDocuments = 50;

/** Texts that Labbook makes, as read-only documents: they open, and go into the diff editor, like files. */
export class TextDocuments implements vscode.TextDocumentContentProvider {
  readonly #texts = new Map<string, string>();
  readonly #changed = new vscode.EventEmitter<vscode.Uri>();
  readonly onDidChange = this.#changed.event;

  /**
   * Keeps a text under a name that its tab shows (and whose end says the language); the same key replaces it.
   * @param key what makes the document different from others of the same name
   */
  put(key: string, name: string, text: string): vscode.Uri {
    const safeName = name.replace(/[\\/:*?"<>|\s]+/g, ' ').trim() || 'text';
    const uri = vscode.Uri.from({ scheme: textScheme, path: `/${encodeURIComponent(key)}/${safeName}` });
    const id = uri.toString();
    this.#texts.delete(id);
    this.#texts.set(id, text);
    for (const oldest of this.#texts.keys()) {
      if (this.#texts.size <= keptDocuments) {
        break;
      }
      this.#texts.delete(oldest);
    }
    this.#changed.fire(uri);
    return uri;
  }

  provideTextDocumentContent(uri: vscode.Uri): string {
    return (
      this.#texts.get(uri.toString()) ??
      vscode.l10n.t('This text is not kept over a reload of the window. Run the command again that made it.')
    );
  }

  dispose(): void {
    this.#changed.dispose();
  }
}
