/** Writes lines to stderr: time stamp, level, text. Callers keep secrets (the token, request bodies) out of it. */
export interface Log {
  info(text: string): void;
  warn(text: string): void;
  error(text: string, cause?: unknown): void;
}

export const stderrLog: Log = {
  info: (text) => write('info', text),
  warn: (text) => write('warn', text),
  error: (text, cause) => write('error', cause === undefined ? text : `${text}: ${describe(cause)}`),
};

/** An error in words for people, without its stack. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function describe(cause: unknown): string {
  return cause instanceof Error ? (cause.stack ?? cause.message) : String(cause);
}

function write(level: string, text: string): void {
  process.stderr.write(`${new Date().toISOString()} ${level} ${text}\n`);
}
