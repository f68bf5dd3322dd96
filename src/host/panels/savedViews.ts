import { lstat, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parse } from 'lossless-json';
import type { ExperimentRequests } from '../../protocol/experimentPanel';
import type { Translate } from '../platform/text';

export type SavedView = ExperimentRequests['listViews']['result']['views'][number];

/** Says what a file is, to people and to later versions of Labbook. */
const schema = 'labbook.view/1';
const extension = '.json';
const mostViews = 500;
const mostBytes = 1_000_000;
const mostCharacters = 100;
/** Of UTF-8: file systems take 255, with the ending of the file that is renamed into place. */
const mostNameBytes = 230;
/** Names that Windows keeps for devices, with any ending. */
const reserved = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i;

/**
 * Saved views: one JSON file each in a folder of the project, so that a team can review and share them. A view's name is its file's,
 * without `.json`. Nothing outside of the folder is read or written, whatever a name or a link says.
 */
export class SavedViews {
  /** @param folder absolute; undefined where no folder is open */
  constructor(
    private readonly folder: () => string | undefined,
    private readonly t: Translate,
  ) {}

  /**
   * By name. What is no view, or cannot be read, says so in `problem`, and has no content. No folder: no views.
   * @throws Error, fit to show, where the folder cannot be read
   */
  async list(): Promise<SavedView[]> {
    const folder = this.folder();
    const names = folder === undefined ? [] : await this.#attempt(folder, () => readdir(folder).catch(missing([])));
    const files = names.filter((name) => name.endsWith(extension) && !name.startsWith('.')).sort();
    const read = (name: string): Promise<SavedView | undefined> =>
      this.#read(path.join(folder ?? '', name)).catch((error: unknown) =>
        // Gone meanwhile, as where Git replaces files.
        isMissing(error) ? undefined : badView(name.slice(0, -extension.length), this.#reason(error, folder ?? '')),
      );
    return (await Promise.all(files.slice(0, mostViews).map(read))).filter((each) => each !== undefined);
  }

  /** Why a name will not do, fit to show; undefined where it will. */
  faultOf(name: string): string | undefined {
    try {
      this.#fileOf(name);
      return undefined;
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }

  /**
   * @param content a JSON object
   * @param was what `list` told of the view; null for none, '' for one that is wrong
   * @returns what `list` tells from now on
   * @throws Error, fit to show, where the name or the content will not do, the file holds something else than it was, or cannot be written
   */
  async save(name: string, content: string, was: string | null): Promise<string> {
    const file = this.#fileOf(name);
    const value = parseObject(content);
    if (value === undefined) {
      throw new Error(this.t('The view “{0}” could not be saved: it is no JSON object.', name));
    }
    const present = await this.#read(file).catch(missing(undefined));
    if ((present?.content ?? null) !== was) {
      throw new Error(this.t('The view “{0}” was changed on disk meanwhile, so it was not saved.', name));
    }
    const view = Object.fromEntries(Object.entries(value).filter(([key]) => key !== 'schema'));
    await this.#attempt(path.dirname(file), () => this.#write(file, { schema, ...view }));
    return JSON.stringify(view);
  }

  /** Nothing happens where there is none of this name. @throws Error, fit to show, where the name will not do, or the file stays */
  async delete(name: string): Promise<void> {
    const file = this.#fileOf(name);
    await this.#attempt(path.dirname(file), () => rm(file, { force: true }).catch(missing(undefined)));
  }

  /** Renamed into place, so that a reader never sees half a file, and a link in its place is replaced rather than followed. */
  async #write(file: string, content: Record<string, unknown>): Promise<void> {
    await mkdir(path.dirname(file), { recursive: true });
    const temporary = `${file}.${process.pid}.tmp`;
    try {
      await writeFile(temporary, `${JSON.stringify(content, null, 2)}\n`, { flag: 'wx' });
      await rename(temporary, file);
    } catch (error) {
      await rm(temporary, { force: true });
      throw error;
    }
  }

  /** @throws Error, fit to show, in place of the system's */
  async #attempt<T>(folder: string, act: () => Promise<T>): Promise<T> {
    try {
      return await act();
    } catch (error) {
      throw new Error(this.#reason(error, folder), { cause: error });
    }
  }

  /** Why the system did not do something in the views' folder. */
  #reason(error: unknown, folder: string): string {
    switch (error instanceof Error && 'code' in error ? error.code : undefined) {
      case 'EACCES':
      case 'EPERM':
      case 'EROFS':
        return this.t('The folder of the views does not allow it: {0}', folder);
      case 'ENOTDIR':
      case 'EEXIST':
        return this.t('The folder of the views cannot be made, as a file is in its way: {0}', folder);
      case 'ENOSPC':
      case 'EDQUOT':
        return this.t('The disk is full.');
      default:
        return error instanceof Error ? error.message : String(error);
    }
  }

  /**
   * Of a view in the list, also of one that is wrong: its file, and the place where that stops being JSON, counted from 1.
   * @throws Error, fit to show, where there is no such file; system errors
   */
  async locate(name: string): Promise<{ file: string; line: number; column: number }> {
    const folder = this.folder();
    const names = folder === undefined ? [] : await readdir(folder).catch(missing([]));
    const file = path.join(folder ?? '', name + extension);
    if (!names.includes(name + extension) || !(await lstat(file)).isFile()) {
      throw new Error(this.t('There is no file of the view “{0}”.', name));
    }
    const text = await readFile(file, 'utf8');
    const conflict = /^<{7} /m.exec(text);
    const place = conflict ? placeAt(text, conflict.index) : placeOfFault(text);
    return { file, line: 1, column: 1, ...place };
  }

  async #read(file: string): Promise<SavedView> {
    const name = path.basename(file, extension);
    const bad = (problem: string): SavedView => badView(name, problem);
    const facts = await lstat(file);
    if (!facts.isFile()) {
      return bad(this.t('This is no file.'));
    }
    if (facts.size > mostBytes) {
      return bad(this.t('This file is too large for a view.'));
    }
    const text = await readFile(file, 'utf8');
    const value = parseObject(text);
    if (value === undefined) {
      return bad(this.#faultIn(text));
    }
    const { schema: found, ...view } = value;
    return found === undefined || found === schema
      ? { name, content: JSON.stringify(view) }
      : bad(this.t('This view was written by another version of Labbook.'));
  }

  /** What is wrong with a text that is no JSON object, and where. */
  #faultIn(text: string): string {
    if (/^<{7} /m.test(text)) {
      return this.t('This file has merge conflicts. Resolve them first.');
    }
    const place = placeOfFault(text);
    return place === undefined
      ? this.t('This file is no JSON object.')
      : this.t('This file is no JSON object: see line {0}, column {1}.', place.line, place.column);
  }

  #fileOf(given: string): string {
    const name = given.trim().normalize('NFC');
    const folder = this.folder();
    if (folder === undefined) {
      throw new Error(this.t('Views are kept in the project: open a folder first.'));
    }
    // eslint-disable-next-line no-control-regex -- control characters are among what file names cannot have
    if (/[\u0000-\u001f\u007f/\\:*?"<>|]/.test(name)) {
      throw new Error(this.t('The name of a view becomes that of a file: it cannot have / \\ : * ? " < > |'));
    }
    const isTooLong = Buffer.byteLength(name) > mostNameBytes && name.length <= mostCharacters;
    if (name === '' || name.startsWith('.') || name.endsWith('.') || reserved.test(name) || isTooLong) {
      throw new Error(this.t('“{0}” cannot be the name of a file. Choose another name.', name));
    }
    if (name.length > mostCharacters) {
      throw new Error(this.t('The name of a view has at most {0} characters.', mostCharacters));
    }
    return path.join(folder, name + extension);
  }
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}

/** Where a text stops being JSON, counted from 1; undefined where it is JSON. Node's own parser tells the place only at times. */
function placeOfFault(text: string): { line: number; column: number } | undefined {
  try {
    parse(text, null, { onDuplicateKey: ({ newValue }) => newValue });
    return undefined;
  } catch (error) {
    const found = /at position (\d+)$/.exec(error instanceof Error ? error.message : '');
    return found ? placeAt(text, Number(found[1])) : undefined;
  }
}

function placeAt(text: string, offset: number): { line: number; column: number } {
  const lines = text.slice(0, offset).split(/\r\n|\n|\r/);
  return { line: lines.length, column: (lines.at(-1)?.length ?? 0) + 1 };
}

function badView(name: string, problem: string): SavedView {
  return { name, content: '', problem };
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR');
}

function missing<T>(fallback: T): (error: unknown) => T {
  return (error) => {
    if (isMissing(error)) {
      return fallback;
    }
    throw error;
  };
}
