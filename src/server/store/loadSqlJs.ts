import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import initSqlJs from 'sql.js';
import { instantiate, type Instance, takeCompiled } from '../compiledSqlite';

/** Makes sql.js ready: of the module that the start had compiled, else of the file. */
export async function loadSqlJs(): ReturnType<typeof initSqlJs> {
  const compiled = await takeCompiled();
  if (compiled === undefined) {
    return initSqlJs({ wasmBinary: new Uint8Array(readWasm()).buffer });
  }
  const instantiateWasm = (imports: object, take: (instance: Instance) => void): Instance['exports'] => {
    const instance = instantiate(compiled, imports);
    take(instance);
    return instance.exports;
  };
  return initSqlJs({ instantiateWasm });
}

/** The WebAssembly module beside the bundle, or in node_modules where the bundle was made without it (tests). */
function readWasm(): Buffer {
  const beside = path.join(__dirname, 'sql-wasm.wasm');
  const found = existsSync(beside)
    ? beside
    : createRequire(path.join(__dirname, 'index.js')).resolve('sql.js/dist/sql-wasm.wasm');
  return readFileSync(found);
}
