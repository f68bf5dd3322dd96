/**
 * SQLite's WebAssembly module, which the start (sqliteAhead.ts) has compiled by other threads while it loads the program. The two are bundles
 * of their own, so they meet at a name that all of the process sees.
 */
const meetingPlace = Symbol.for('labbook.compiledSqlite');

/** What is used of WebAssembly; Node's published types do not have it. */
declare const WebAssembly: {
  compile(bytes: Uint8Array): Promise<object>;
  Instance: new (module: object, imports: object) => Instance;
};

export interface Instance {
  /** Functions and memory; only sql.js knows them. */
  readonly exports: Record<string, never>;
}

/** Begins to compile it. Nothing is thrown here: whoever takes the module is told of what went wrong. */
export function compileAhead(bytes: Uint8Array): void {
  const compiling = WebAssembly.compile(bytes);
  compiling.catch(() => undefined);
  Reflect.set(globalThis, meetingPlace, compiling);
}

/** @returns the module; undefined where nobody began to compile it, or that failed */
export async function takeCompiled(): Promise<object | undefined> {
  try {
    const compiled: unknown = await Reflect.get(globalThis, meetingPlace);
    return typeof compiled === 'object' && compiled !== null ? compiled : undefined;
  } catch {
    return undefined;
  }
}

/** @returns an instance of the module */
export function instantiate(module: object, imports: object): Instance {
  return new WebAssembly.Instance(module, imports);
}
