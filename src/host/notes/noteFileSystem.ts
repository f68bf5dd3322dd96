import * as vscode from 'vscode';
import type { TrackingClient } from '../../client/types';
import { limits } from '../../core/limits';
import { tagNames } from '../../core/model';
import type { ChangeBatch } from '../../protocol/extras';
import { describe, type Session } from '../platform/connection';
import { fromNotePath, type NoteSubject } from './noteUri';

/**
 * Notes of runs, experiments and models as Markdown files that can be edited: saving writes the tag `mlflow.note.content` (as
 * MLflow's own UI does), or a model's description.
 */
export class NoteFileSystem implements vscode.FileSystemProvider {
  readonly #changed = new vscode.EventEmitter<vscode.FileChangeEvent[]>();
  readonly onDidChangeFile = this.#changed.event;
  readonly #watched = new Map<string, { readonly uri: vscode.Uri; count: number }>();
  /** What was read last, by address, and since when it is so: another tag of the run must not look like another note. */
  readonly #known = new Map<string, { readonly text: string; readonly time: number }>();

  constructor(private readonly session: () => Promise<Session>) {}

  /** Has open editors read again the notes that changed. */
  changed(batch: ChangeBatch): void {
    const runs = new Set(batch.runs.filter(({ aspects }) => aspects.includes('tags')).map(({ run_id: id }) => id));
    const experiments = new Set(batch.experiments);
    const models = new Set(batch.models);
    const uris = [...this.#watched.values()]
      .map(({ uri }) => uri)
      .filter((uri) => {
        const subject = fromNotePath(uri.path);
        const ids = subject?.kind === 'run' ? runs : subject?.kind === 'experiment' ? experiments : models;
        return subject !== undefined && ids.has(subject.id);
      });
    this.#touch(uris);
  }

  watch(uri: vscode.Uri): vscode.Disposable {
    const key = uri.toString();
    const known = this.#watched.get(key) ?? { uri, count: 0 };
    known.count += 1;
    this.#watched.set(key, known);
    return new vscode.Disposable(() => {
      known.count -= 1;
      if (known.count === 0) {
        this.#watched.delete(key);
      }
    });
  }

  async stat(uri: vscode.Uri): Promise<vscode.FileStat> {
    const { server } = await this.session();
    const text = await this.#read(uri);
    return {
      type: vscode.FileType.File,
      ctime: 0,
      mtime: this.#timeOf(uri, text),
      size: new TextEncoder().encode(text).length,
      ...(server.info.read_only ? { permissions: vscode.FilePermission.Readonly } : {}),
    };
  }

  async readFile(uri: vscode.Uri): Promise<Uint8Array> {
    return new TextEncoder().encode(await this.#read(uri));
  }

  async writeFile(uri: vscode.Uri, content: Uint8Array): Promise<void> {
    const subject = subjectOf(uri);
    const text = new TextDecoder().decode(content);
    // MLflow cuts a run's tag silently where it is too long; a note is nothing to be cut.
    const longest = subject.kind === 'run' ? limits.runTagValue : limits.experimentTagValue;
    if (text.length > longest) {
      throw vscode.FileSystemError.NoPermissions(
        vscode.l10n.t('A note has at most {0} characters; this one has {1}.', longest, text.length),
      );
    }
    await this.#ask(({ client }) => writeNote(client, subject, text));
    this.#touch([uri]);
  }

  readDirectory(): [string, vscode.FileType][] {
    return [];
  }
  createDirectory(): never {
    throw onlyNotes();
  }
  delete(): never {
    throw onlyNotes();
  }
  rename(): never {
    throw onlyNotes();
  }

  dispose(): void {
    this.#changed.dispose();
  }

  #read(uri: vscode.Uri): Promise<string> {
    const subject = subjectOf(uri);
    return this.#ask(({ client }) => readNote(client, subject));
  }

  /** When the note became what it is: editors take a file with another time for another one. */
  #timeOf(uri: vscode.Uri, text: string): number {
    const key = uri.toString();
    const known = this.#known.get(key);
    if (known?.text === text) {
      return known.time;
    }
    const time = Math.max(Date.now(), (known?.time ?? 0) + 1);
    this.#known.set(key, { text, time });
    return time;
  }

  #touch(uris: readonly vscode.Uri[]): void {
    if (uris.length > 0) {
      this.#changed.fire(uris.map((uri) => ({ type: vscode.FileChangeType.Changed, uri })));
    }
  }

  async #ask<T>(question: (session: Session) => Promise<T>): Promise<T> {
    try {
      return await question(await this.session());
    } catch (error) {
      throw error instanceof vscode.FileSystemError ? error : vscode.FileSystemError.Unavailable(describe(error));
    }
  }
}

async function readNote(client: TrackingClient, subject: NoteSubject): Promise<string> {
  const noteIn = (tags: readonly { key: string; value: string }[]): string =>
    tags.find(({ key }) => key === tagNames.note)?.value ?? '';
  switch (subject.kind) {
    case 'run':
      return noteIn((await client.getRun(subject.id)).tags);
    case 'experiment':
      return noteIn((await client.getExperiment(subject.id)).tags);
    case 'model':
      return (await client.registry.models()).find(({ name }) => name === subject.id)?.description ?? '';
    case 'version':
      return (
        (await client.registry.versions(subject.id)).find(({ version }) => version === subject.version)?.description ??
        ''
      );
  }
}

async function writeNote(client: TrackingClient, subject: NoteSubject, text: string): Promise<void> {
  switch (subject.kind) {
    case 'run':
      return client.setTag(subject.id, tagNames.note, text);
    case 'experiment':
      return client.setExperimentTag(subject.id, tagNames.note, text);
    case 'model':
      return client.registry.describeModel(subject.id, text);
    case 'version':
      return client.registry.describeVersion(subject.id, subject.version, text);
  }
}

function subjectOf(uri: vscode.Uri): NoteSubject {
  const subject = fromNotePath(uri.path);
  if (subject === undefined) {
    throw vscode.FileSystemError.FileNotFound(uri);
  }
  return subject;
}

function onlyNotes(): vscode.FileSystemError {
  return vscode.FileSystemError.NoPermissions(vscode.l10n.t('Only notes can be written here.'));
}
