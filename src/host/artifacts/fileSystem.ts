import * as vscode from 'vscode';
import { RequestError } from '../../client/requestError';
import type { TrackingClient } from '../../client/types';
import type { ChangeBatch } from '../../protocol/extras';
import type { Session } from '../platform/connection';
import { scheme } from '../contributions';
import { reasonOf } from '../platform/reasons';
import { formatBytes } from '../../core/format';
import type { ArtifactEntry, Run } from '../../core/model';
import { fromUriPath, toUriPath, type ArtifactAddress, type ArtifactNames } from './uri';

/** Larger files are not read into the editor's memory. */
const largestFile = 256e6;

export function artifactUri(address: ArtifactAddress, names?: ArtifactNames): vscode.Uri {
  return vscode.Uri.from({ scheme, path: toUriPath(address, names) });
}

/** A run's artifact as an editor is to show it: under the names of the experiment and the run. */
export async function namedArtifactUri(client: TrackingClient, { info }: Run, path: string): Promise<vscode.Uri> {
  const { id: runId, experimentId } = info;
  const { name: experiment } = await client.getExperiment(experimentId);
  return artifactUri({ experimentId, runId, path }, { experiment, run: info.name });
}

/** Artifacts of runs as files that can be read, so that VS Code's own editors and previews show them. */
export class ArtifactFileSystem implements vscode.FileSystemProvider {
  readonly #changed = new vscode.EventEmitter<vscode.FileChangeEvent[]>();
  readonly onDidChangeFile = this.#changed.event;
  /** When files of a run last changed: editors read a file again only when its time changed. */
  readonly #changedAt = new Map<string, number>();
  readonly #watched = new Map<string, { uri: vscode.Uri; watchers: number }>();

  constructor(private readonly session: () => Promise<Session>) {}

  /** Has editors read again the files that changed. */
  changed(batch: ChangeBatch): void {
    const runIds = new Set(
      batch.runs.filter(({ aspects }) => aspects.includes('artifacts')).map(({ run_id: runId }) => runId),
    );
    runIds.forEach((id) => this.#changedAt.set(id, Date.now()));
    const events = [...this.#watched.values()].flatMap(({ uri }) => {
      const address = fromUriPath(uri.path);
      return address && runIds.has(address.runId) ? [{ type: vscode.FileChangeType.Changed, uri }] : [];
    });
    if (events.length > 0) {
      this.#changed.fire(events);
    }
  }

  watch(uri: vscode.Uri): vscode.Disposable {
    const key = uri.toString();
    const known = this.#watched.get(key) ?? { uri, watchers: 0 };
    known.watchers += 1;
    this.#watched.set(key, known);
    return new vscode.Disposable(() => {
      known.watchers -= 1;
      if (known.watchers === 0) {
        this.#watched.delete(key);
      }
    });
  }

  async stat(uri: vscode.Uri): Promise<vscode.FileStat> {
    const address = addressOf(uri);
    const entry = await this.#entry(uri, address);
    const time = this.#changedAt.get(address.runId) ?? 0;
    return {
      type: entry.isDirectory ? vscode.FileType.Directory : vscode.FileType.File,
      ctime: 0,
      mtime: time,
      size: entry.size ?? 0,
      permissions: vscode.FilePermission.Readonly,
    };
  }

  async readDirectory(uri: vscode.Uri): Promise<[string, vscode.FileType][]> {
    const { runId, path } = addressOf(uri);
    const entries = await this.#ask(uri, ({ client }) => client.listArtifacts(runId, path));
    return entries.map((entry) => [
      entry.path.slice(entry.path.lastIndexOf('/') + 1),
      entry.isDirectory ? vscode.FileType.Directory : vscode.FileType.File,
    ]);
  }

  async readFile(uri: vscode.Uri): Promise<Uint8Array> {
    const address = addressOf(uri);
    const { size, isDirectory } = await this.#entry(uri, address);
    if (isDirectory) {
      throw vscode.FileSystemError.FileIsADirectory(uri);
    }
    if (size !== undefined && size > largestFile) {
      throw vscode.FileSystemError.Unavailable(
        vscode.l10n.t(
          'This file has {0}; only files of up to {1} can be opened.',
          formatBytes(size),
          formatBytes(largestFile),
        ),
      );
    }
    const { bytes } = await this.#ask(uri, async ({ client }) => {
      const run = await client.getRun(address.runId);
      return client.readArtifact(run.info, address.path, { limit: largestFile });
    });
    return bytes;
  }

  createDirectory(): never {
    throw readOnly();
  }
  writeFile(): never {
    throw readOnly();
  }
  delete(): never {
    throw readOnly();
  }
  rename(): never {
    throw readOnly();
  }

  dispose(): void {
    this.#changed.dispose();
  }

  async #entry(uri: vscode.Uri, { runId, path }: ArtifactAddress): Promise<ArtifactEntry> {
    if (path === '') {
      return { path, isDirectory: true, size: undefined };
    }
    const folder = path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : '';
    const entries = await this.#ask(uri, ({ client }) => client.listArtifacts(runId, folder));
    const entry = entries.find((each) => each.path === path);
    if (entry === undefined) {
      throw vscode.FileSystemError.FileNotFound(uri);
    }
    return entry;
  }

  async #ask<T>(uri: vscode.Uri, question: (session: Session) => Promise<T>): Promise<T> {
    try {
      return await question(await this.session());
    } catch (error) {
      if (error instanceof RequestError && error.status === 404) {
        throw vscode.FileSystemError.FileNotFound(uri);
      }
      throw vscode.FileSystemError.Unavailable(reasonOf(error, vscode.l10n.t));
    }
  }
}

function addressOf(uri: vscode.Uri): ArtifactAddress {
  const address = fromUriPath(uri.path);
  if (address === undefined) {
    throw vscode.FileSystemError.FileNotFound(uri);
  }
  return address;
}

function readOnly(): vscode.FileSystemError {
  return vscode.FileSystemError.NoPermissions(vscode.l10n.t('Artifacts can only be read.'));
}
