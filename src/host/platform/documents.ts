import * as vscode from 'vscode';
import { ArtifactFileSystem } from '../artifacts/fileSystem';
import { notesScheme, scheme, textScheme } from '../contributions';
import { NoteFileSystem } from '../notes/noteFileSystem';
import type { Connection } from './connection';
import { Disposables } from './disposables';
import { TextDocuments } from './textDocuments';

/** Milliseconds for which an editor that opens waits for the server. */
const patience = 10_000;

/** Everything that opens in VS Code's own editors: artifacts, notes, and texts that Labbook makes. */
export class Documents {
  readonly texts: TextDocuments;
  readonly #owned = new Disposables();

  constructor(connection: Connection) {
    const session = () => connection.ready(patience);
    const files = this.#owned.add(new ArtifactFileSystem(session));
    const notes = this.#owned.add(new NoteFileSystem(session));
    this.texts = this.#owned.add(new TextDocuments());
    const { workspace } = vscode;
    this.#owned.add(workspace.registerFileSystemProvider(scheme, files, { isReadonly: true, isCaseSensitive: true }));
    this.#owned.add(workspace.registerFileSystemProvider(notesScheme, notes, { isCaseSensitive: true }));
    this.#owned.add(workspace.registerTextDocumentContentProvider(textScheme, this.texts));
    this.#owned.add(
      connection.onChange((batch) => {
        files.changed(batch);
        notes.changed(batch);
      }),
    );
  }

  dispose(): void {
    this.#owned.dispose();
  }
}
