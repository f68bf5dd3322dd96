import assert from 'node:assert/strict';
import type { FileFacts, StoreFile, StoreFiles } from '../../../../src/server/store/files';
import { inPieces } from '../../../../src/server/store/pieceFile';
import { type Operation, systemError } from '../support';

interface FileNode {
  readonly kind: 'file';
  /** What a loss of power may leave, oldest first: what is durable, each later content, at last the present one. */
  readonly versions: readonly Buffer[];
  /** From this byte on a failed sync may have dropped what was written: later syncs do not bring it back. */
  readonly dropped: number;
  readonly modified: number;
}

interface FolderNode {
  readonly kind: 'folder';
  /** For each name what a loss of power may leave, as in `versions`; undefined where there is no such file. */
  readonly entries: ReadonlyMap<string, readonly (number | undefined)[]>;
}

type Node = FileNode | FolderNode;

/** Everything on a disk, and what is not durable of it. Never changes. */
export type DiskState = ReadonlyMap<number, Node>;

/** Numbers from 0 to below `limit`. */
export type Chance = (limit: number) => number;

/** What is asked for, with the index of the operation on this disk. */
export interface Asked {
  readonly index: number;
  readonly operation: Operation;
  readonly path: string;
  /** Of an append, or a write in place: the disk when only so many bytes of it were written. */
  readonly torn?: { readonly length: number; after(bytes: number): DiskState };
}

const root = 0;

function present<T>(versions: readonly T[]): T | undefined {
  return versions.at(-1);
}

/**
 * A disk in memory that knows what is durable:
 * - what is written is durable after the file's `sync`; before, a loss of power may leave any earlier content, or the new one
 *   torn: cut at any byte, or long enough but with zeros or old rubbish in it; where it was written over, each sector old or new;
 * - names (made, renamed, linked, removed files and folders) are durable after the `syncFolder` of the folder that they are in;
 *   before, a loss of power may leave each one as it was at any time since;
 * - after a sync that failed nobody knows, and further syncs do not help (as on Linux).
 */
export class MemoryDisk {
  private readonly nodes: Map<number, Node>;
  private nextId: number;
  private operations = 0;
  private dead = false;
  /** Asked before each operation; an error that it answers is thrown instead. */
  before: (asked: Asked) => Error | undefined = () => undefined;
  /** Bytes of a failing append, or write, that are written all the same. */
  tornBytes = 0;
  /** How many writes the event loop waited for. */
  writesHere = 0;
  /** How many were within the file, and changed its size not. */
  writesInPlace = 0;

  /** @param generation different for each life of the disk: files get new inodes, so that an old lock is not held */
  constructor(
    state: DiskState = new Map([[root, { kind: 'folder', entries: new Map() }]]),
    readonly generation = 0,
  ) {
    // Time has passed: a lock that was being written is no lock.
    const aged = [...state].map(([id, node]) => [id, node.kind === 'file' ? { ...node, modified: 0 } : node] as const);
    this.nodes = new Map(aged);
    this.nextId = Math.max(...state.keys()) + 1;
  }

  /** Names in a folder, for the test itself; none where it does not exist. */
  names(path: string): string[] {
    const node = this.nodes.get(this.find(path) ?? -1);
    const entries = node?.kind === 'folder' ? [...node.entries] : [];
    return entries.flatMap(([name, ids]) => (present(ids) === undefined ? [] : [name]));
  }

  /** The state as it is now. */
  state(): DiskState {
    return new Map(this.nodes);
  }

  /** The process that uses the disk has ended: every further operation fails, and changes nothing. */
  detach(): void {
    this.dead = true;
  }

  /** Operations so far. */
  get count(): number {
    return this.operations;
  }

  readonly files: StoreFiles = {
    realpath: async (path) => {
      await this.ask('realpath', path);
      this.need(path);
      return path;
    },
    makeFolder: async (path) => {
      await this.ask('makeFolder', path);
      const names = namesOf(path);
      for (const [i] of names.entries()) {
        const each = `/${names.slice(0, i + 1).join('/')}`;
        if (this.find(each) === undefined) {
          this.put(each, this.add({ kind: 'folder', entries: new Map() }));
        }
      }
    },
    list: async (path) => {
      await this.ask('list', path);
      return [...this.folder(path).entries].filter(([, ids]) => present(ids) !== undefined).map(([name]) => name);
    },
    read: async (path) => {
      await this.ask('read', path);
      return this.content(path);
    },
    readInPieces: async (path) => {
      await this.ask('readInPieces', path);
      return inPieces(this.content(path));
    },
    readSync: (path) => {
      this.check('readSync', path);
      return this.content(path);
    },
    readPartSync: (path, offset, length) => {
      this.check('readPartSync', path);
      return this.content(path).subarray(offset, offset + length);
    },
    open: async (path, how) => {
      await this.ask('open', path);
      let id = how === 'extend' ? this.need(path) : this.find(path);
      if (how === 'exclusive' && id !== undefined) {
        throw systemError('EEXIST');
      }
      if (how === 'extend' && id === undefined) {
        throw systemError('ENOENT');
      }
      if (id === undefined) {
        id = this.add({ kind: 'file', versions: [Buffer.alloc(0)], dropped: Infinity, modified: Date.now() });
        this.put(path, id);
      } else if (how === 'create' || how === 'log') {
        this.write(id, Buffer.alloc(0));
      }
      return this.opened(id, path);
    },
    confirm: async (path, data) => {
      await this.ask('confirm', path);
      const id = this.need(path);
      const old = this.current(id);
      if (!old.subarray(0, data.length).equals(data)) {
        throw new Error(`${path} did not read the same`);
      }
      // Every byte is dirty once more, so a sync that failed earlier does not matter.
      const content = Buffer.from(data);
      this.nodes.set(id, { kind: 'file', versions: [content], dropped: Infinity, modified: Date.now() });
    },
    rename: async (from, to) => {
      await this.ask('rename', to);
      const id = this.need(from);
      this.put(to, id);
      this.put(from, undefined);
    },
    link: async (from, to) => {
      await this.ask('link', to);
      const id = this.need(from);
      if (this.find(to) !== undefined) {
        throw systemError('EEXIST');
      }
      this.put(to, id);
    },
    remove: async (path) => {
      await this.ask('remove', path);
      if (this.find(path) !== undefined) {
        this.put(path, undefined);
      }
    },
    facts: async (path): Promise<FileFacts | undefined> => {
      await this.ask('facts', path);
      const id = this.find(path);
      const node = id === undefined ? undefined : this.nodes.get(id);
      return node?.kind === 'file'
        ? { inode: `${this.generation}-${id}`, size: present(node.versions)?.length ?? 0, modified: node.modified }
        : undefined;
    },
    touch: async (path) => {
      await this.ask('touch', path);
      const id = this.need(path);
      this.nodes.set(id, { ...this.file(id), modified: Date.now() });
    },
    syncFolder: async (path) => {
      await this.ask('syncFolder', path);
      const entries = [...this.folder(path).entries]
        .map(([name, ids]) => [name, [present(ids)]] as const)
        .filter(([, [id]]) => id !== undefined);
      this.nodes.set(this.need(path), { kind: 'folder', entries: new Map(entries) });
    },
  };

  private opened(id: number, path: string): StoreFile {
    const size = (): number => this.current(id).length;
    const tornWrite = (data: Uint8Array, at: number): Asked['torn'] => {
      const state = this.state();
      return { length: data.length, after: (bytes: number) => withWritten(state, id, data.subarray(0, bytes), at) };
    };
    const write = (data: Uint8Array, at: number): void => {
      this.writesInPlace += at + data.length <= size() ? 1 : 0;
      this.write(id, overwritten(this.current(id), data, at));
    };
    const failedWrite = (data: Uint8Array, at: number, bytes: number): void => {
      if (!this.dead && bytes > 0) {
        write(data.subarray(0, bytes), at);
      }
    };
    const failedSync = (): void => {
      const node = this.file(id);
      const same = commonLength(node.versions[0] ?? Buffer.alloc(0), this.current(id));
      this.nodes.set(id, { ...node, dropped: Math.min(node.dropped, same) });
    };
    const synced = (): void => {
      const node = this.file(id);
      if (this.current(id).length <= node.dropped) {
        this.nodes.set(id, { ...node, versions: [this.current(id)], dropped: Infinity });
      }
    };
    const writeAt = async (data: Uint8Array, at: number): Promise<void> => {
      const { tornBytes } = this;
      try {
        await this.ask('append', path, tornWrite(data, at));
      } catch (error) {
        failedWrite(data, at, tornBytes);
        throw error;
      }
      write(data, at);
    };
    const file: StoreFile = {
      append: (data) => writeAt(data, size()),
      // One call, and yet what is written may be torn, and be there without being durable.
      writeSynced: async (data, at) => {
        await writeAt(data, at);
        await file.sync();
      },
      writeSyncedHere: (data, at) => {
        try {
          this.check('append', path, tornWrite(data, at));
        } catch (error) {
          failedWrite(data, at, this.tornBytes);
          throw error;
        }
        write(data, at);
        this.writesHere++;
        try {
          this.check('sync', path);
        } catch (error) {
          failedSync();
          throw error;
        }
        synced();
      },
      sync: async () => {
        try {
          await this.ask('sync', path);
        } catch (error) {
          failedSync();
          throw error;
        }
        synced();
      },
      truncate: async (size) => {
        await this.ask('truncate', path);
        const old = this.current(id);
        this.write(id, size <= old.length ? Buffer.from(old.subarray(0, size)) : Buffer.concat([old], size));
      },
      close: async () => {
        await Promise.resolve();
      },
    };
    return file;
  }

  /** As in a real program others go on meanwhile. */
  private async ask(operation: Operation, path: string, torn?: Asked['torn']): Promise<void> {
    this.check(operation, path, torn);
    await Promise.resolve();
    if (this.dead) {
      throw new Error('the process has ended');
    }
  }

  private check(operation: Operation, path: string, torn?: Asked['torn']): void {
    if (this.dead) {
      throw new Error('the process has ended');
    }
    const error = this.before({ index: this.operations++, operation, path, ...(torn && { torn }) });
    if (error !== undefined) {
      throw error;
    }
  }

  private add(node: Node): number {
    this.nodes.set(this.nextId, node);
    return this.nextId++;
  }

  private find(path: string): number | undefined {
    let id = root;
    for (const name of namesOf(path)) {
      const node = this.nodes.get(id);
      const next = node?.kind === 'folder' ? present(node.entries.get(name) ?? []) : undefined;
      if (next === undefined) {
        return undefined;
      }
      id = next;
    }
    return id;
  }

  private need(path: string): number {
    const id = this.find(path);
    if (id === undefined) {
      throw systemError('ENOENT');
    }
    return id;
  }

  private folder(path: string): FolderNode {
    const node = this.nodes.get(this.need(path));
    if (node?.kind !== 'folder') {
      throw systemError('ENOTDIR');
    }
    return node;
  }

  private file(id: number): FileNode {
    const node = this.nodes.get(id);
    if (node?.kind !== 'file') {
      throw systemError('EISDIR');
    }
    return node;
  }

  private current(id: number): Buffer {
    return present(this.file(id).versions) ?? Buffer.alloc(0);
  }

  private content(path: string): Uint8Array {
    return new Uint8Array(this.current(this.need(path)));
  }

  private write(id: number, content: Buffer): void {
    const node = this.file(id);
    const dropped = content.length <= node.dropped ? Infinity : node.dropped;
    this.nodes.set(id, { kind: 'file', versions: [...node.versions, content], dropped, modified: Date.now() });
  }

  private put(path: string, id: number | undefined): void {
    const names = namesOf(path);
    const name = names.pop() ?? '';
    const parent = this.need(`/${names.join('/')}`);
    const node = this.nodes.get(parent);
    if (node?.kind !== 'folder') {
      throw systemError('ENOTDIR');
    }
    const entries = new Map(node.entries);
    entries.set(name, [...(entries.get(name) ?? [undefined]), id]);
    this.nodes.set(parent, { kind: 'folder', entries });
  }
}

/** With some bytes written to a file, which are not durable. */
function withWritten(state: DiskState, id: number, data: Uint8Array, at: number): DiskState {
  const node = state.get(id);
  if (node?.kind !== 'file') {
    throw systemError('EISDIR');
  }
  const content = overwritten(present(node.versions) ?? Buffer.alloc(0), data, at);
  return new Map(state).set(id, { ...node, versions: [...node.versions, content] });
}

function overwritten(content: Buffer, data: Uint8Array, at: number): Buffer {
  assert.ok(at <= content.length, 'a hole in a file');
  return Buffer.concat([content.subarray(0, at), data, content.subarray(at + data.length)]);
}

/** So many bytes are the same at the beginning. */
function commonLength(one: Buffer, other: Buffer): number {
  const most = Math.min(one.length, other.length);
  let same = 0;
  while (same < most && one[same] === other[same]) {
    same++;
  }
  return same;
}

function namesOf(path: string): string[] {
  return path.split(/[\\/]/).filter((name) => name !== '');
}

/** What a loss of power leaves: of everything that is not durable, as `chance` has it. 0 always is what is durable. */
export function losePower(state: DiskState, chance: Chance): DiskState {
  const left = new Map<number, Node>();
  for (const [id, node] of state) {
    if (node.kind === 'file') {
      left.set(id, { ...node, versions: [remains(node.versions, chance)], dropped: Infinity });
    } else {
      const entries = [...node.entries]
        .map(([name, ids]) => [name, [ids[chance(ids.length)]]] as const)
        .filter(([, [each]]) => each !== undefined);
      left.set(id, { kind: 'folder', entries: new Map(entries) });
    }
  }
  return left;
}

function remains(versions: readonly Buffer[], chance: Chance): Buffer {
  const i = chance(versions.length);
  const content = versions[i] ?? Buffer.alloc(0);
  const later = versions[i + 1];
  return later === undefined || later.length < content.length ? content : tear(content, later, chance);
}

/** What a disk writes whole, in bytes; here less than any does, so that small writes tear, too. */
const sector = 32;

/** `content` with a write that was under way: of what it writes over, each sector is old or new; what it appends may be cut. */
function tear(content: Buffer, later: Buffer, chance: Chance): Buffer {
  const torn = Buffer.concat([content, later.subarray(content.length)]);
  for (let at = 0; at < content.length; at += sector) {
    const end = Math.min(at + sector, content.length);
    if (!content.subarray(at, end).equals(later.subarray(at, end)) && chance(2) === 1) {
      later.copy(torn, at, at, end);
    }
  }
  if (later.length === content.length) {
    return torn;
  }
  const written = content.length + chance(later.length - content.length + 1);
  if (chance(2) === 0) {
    return torn.subarray(0, written);
  }
  return chance(2) === 0
    ? torn.fill(0, written)
    : torn.fill(0x5a, written, Math.min(torn.length, written + 1 + chance(16)));
}
