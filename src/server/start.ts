/**
 * What `labbook.cjs` is: it runs `server.cjs` beside it, and `later.cjs` when that asks for it, with what V8 compiled of them at an earlier start. Compiling is half of a start.
 *
 * The compiled code is in the user's cache folder, not in a store: V8 runs what it finds there, and stores come from others, too.
 * Whatever goes wrong with it, the program is compiled as always.
 */
import './sqliteAhead';
import { isAscii } from 'node:buffer';
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import Module, { createRequire } from 'node:module';
import { homedir } from 'node:os';
import path from 'node:path';
import { Script } from 'node:vm';
import { crc32 } from 'node:zlib';

/** By then a server has been ready for a while, and what it needed for it is compiled. */
const saveAfter = 2_000;
/** Code of a program that did not run for so long is removed when other is saved, in milliseconds. */
const oldest = 30 * 24 * 60 * 60_000;
const pattern = /^(?:server|later)-[0-9a-f]{64}\.bin(\.\d+\.tmp)?$/;
const checksumSize = 4;

/** Where programs keep what they can make again. Undefined where the system names no such place. */
function cacheFolder(): string | undefined {
  const { XDG_CACHE_HOME: xdg, LOCALAPPDATA: local } = process.env;
  const folder =
    process.platform === 'win32'
      ? local
      : process.platform === 'darwin'
        ? path.join(homedir(), 'Library', 'Caches')
        : xdg || path.join(homedir(), '.cache');
  return folder !== undefined && path.isAbsolute(folder) ? path.join(folder, 'labbook', 'code') : undefined;
}

function checksum(code: Uint8Array): Buffer {
  const bytes = Buffer.alloc(checksumSize);
  bytes.writeUInt32LE(crc32(code));
  return bytes;
}

/** A checksum stands before the code: V8 would take a torn file for whole. */
function read(file: string): Buffer | undefined {
  try {
    const bytes = readFileSync(file);
    const code = bytes.subarray(checksumSize);
    return code.length > 0 && bytes.subarray(0, checksumSize).equals(checksum(code)) ? code : undefined;
  } catch {
    return undefined;
  }
}

function save(file: string, code: Buffer): void {
  const folder = path.dirname(file);
  const temporary = `${file}.${process.pid}.tmp`;
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    writeFileSync(temporary, Buffer.concat([checksum(code), code]), { mode: 0o600 });
    renameSync(temporary, file);
    for (const name of readdirSync(folder).filter((each) => pattern.test(each))) {
      const other = path.join(folder, name);
      if (Date.now() - statSync(other).mtimeMs > oldest) {
        rmSync(other, { force: true });
      }
    }
  } catch {
    rmQuietly(temporary);
  }
}

function rmQuietly(file: string): void {
  try {
    rmSync(file, { force: true });
  } catch {
    // The next one to save removes it.
  }
}

/** The file of the code that this V8 compiled of a program. @param name of the program */
function codeFile(name: string, program: Buffer): string | undefined {
  try {
    const { v8, electron = '' } = process.versions;
    const folder = cacheFolder();
    const hash = createHash('sha256').update(`2 ${v8} ${electron} ${process.arch} `).update(program).digest('hex');
    return folder === undefined ? undefined : path.join(folder, `${name}-${hash}.bin`);
  } catch {
    // A user without a home.
    return undefined;
  }
}

interface Program {
  readonly filename: string;
  readonly text: string;
  /** Where the compiled code is kept, and what is there. */
  readonly file: string | undefined;
  readonly known: Buffer | undefined;
}

/** @param name of a bundle beside this one */
function readProgram(name: string): Program {
  const filename = path.join(__dirname, `${name}.cjs`);
  const program = readFileSync(filename);
  const file = codeFile(name, program);
  const known = file === undefined ? undefined : read(file);
  // A byte is a character, and takes one byte as a string.
  return { filename, text: program.toString(isAscii(program) ? 'latin1' : 'utf8'), file, known };
}

/** @returns what the program exports */
function run({ filename, text, file, known }: Program): unknown {
  const script = new Script(Module.wrap(text), {
    filename,
    ...(known === undefined ? {} : { cachedData: known }),
  });
  const program: unknown = script.runInThisContext();
  if (typeof program !== 'function') {
    throw new TypeError(`${filename} is no program.`);
  }
  const module = { exports: {} };
  const require = createRequire(filename);
  let later: unknown;
  Reflect.apply(program, module.exports, [
    module.exports,
    (id: string): unknown => (id === './later.cjs' ? (later ??= run(readProgram('later'))) : require(id)),
    module,
    filename,
    path.dirname(filename),
  ]);
  if (file !== undefined && (known === undefined || script.cachedDataRejected === true)) {
    setTimeout(() => save(file, script.createCachedData()), saveAfter).unref();
  }
  return module.exports;
}

run(readProgram('server'));
