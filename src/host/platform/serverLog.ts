import { open, stat } from 'node:fs/promises';
import { watchFile, unwatchFile } from 'node:fs';
import type * as vscode from 'vscode';

/** Bytes of the server's log that are shown from before this window. */
const tail = 16_384;
const largestRead = 1_048_576;

/**
 * Shows what the server writes about itself in Labbook's output channel: the server is a process of its own with a log file in
 * the store. The file is read only from the first time someone asks for the log.
 */
export class ServerLog {
  #file: string | undefined;
  #position = 0;
  #following = false;
  #reading: Promise<void> = Promise.resolve();
  readonly #onGrowth = (): void => {
    this.#reading = this.#reading.then(() => this.#readOn()).catch(() => undefined);
  };

  constructor(private readonly log: vscode.LogOutputChannel) {}

  /** The log file of the server that is spoken to now. */
  use(file: string): void {
    if (file === this.#file) {
      return;
    }
    this.#unwatch();
    this.#file = file;
    if (this.#following) {
      this.#watch();
    }
  }

  show(): void {
    this.log.show(true);
    if (!this.#following) {
      this.#following = true;
      this.#watch();
    }
  }

  dispose(): void {
    this.#unwatch();
  }

  #watch(): void {
    if (this.#file !== undefined) {
      this.#position = -1;
      watchFile(this.#file, { interval: 1000, persistent: false }, this.#onGrowth);
      this.#onGrowth();
    }
  }

  #unwatch(): void {
    if (this.#file !== undefined) {
      unwatchFile(this.#file, this.#onGrowth);
    }
  }

  async #readOn(): Promise<void> {
    const file = this.#file;
    if (file === undefined) {
      return;
    }
    const { size } = await stat(file);
    // Not read yet, or begun anew by another server.
    const from = this.#position < 0 || this.#position > size ? Math.max(0, size - tail) : this.#position;
    const length = Math.min(size - from, largestRead);
    this.#position = from + length;
    if (length === 0) {
      return;
    }
    const handle = await open(file);
    try {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, from);
      for (const line of buffer.toString('utf8', 0, bytesRead).split('\n')) {
        if (line.trim() !== '') {
          this.log.info(`[server] ${line}`);
        }
      }
    } finally {
      await handle.close();
    }
  }
}
