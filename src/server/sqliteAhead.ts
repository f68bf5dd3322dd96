/**
 * Has other threads look through SQLite while this one loads all else: imported before anything else, since the store waits for it in the end.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { compileAhead } from './compiledSqlite';

if (process.argv[2] === 'serve') {
  try {
    compileAhead(readFileSync(path.join(__dirname, 'sql-wasm.wasm')));
  } catch {
    // Said by whoever needs it.
  }
}
