import type { ChildProcess } from 'node:child_process';

export interface WorkbenchOptions {
  /** Folder for its user data, extensions and log. */
  home: string;
  /** A packaged extension that is installed first. */
  vsix?: string;
  /** User settings beside the quiet ones. */
  settings?: Record<string, unknown>;
  env?: Record<string, string | undefined>;
  /** The preferred port. */
  port?: number;
  /** Folders open in Restricted Mode until they are trusted. */
  untrusted?: boolean;
}

export interface RunningWorkbench {
  url(folder: string): string;
  home: string;
  userData: string;
  extensions: string;
  log: string;
  port: number;
  child: ChildProcess;
  stop(): Promise<void>;
}

export function startWorkbench(options: WorkbenchOptions): Promise<RunningWorkbench>;
export function writeSettings(userData: string, settings: Record<string, unknown>): void;
export function freePort(preferred?: number): Promise<number>;
