import { constants } from 'node:fs';
import { copyFile, mkdir, readdir } from 'node:fs/promises';
import path from 'node:path';

/** What a repair could not copy: a file or folder, and why. */
export interface NotCopied {
  readonly file: string;
  readonly why: string;
}

/**
 * Copies a store's artifacts. Links and special files are left out: the server never serves them either.
 * @returns what could not be copied; empty where there are no artifacts
 */
export async function copyArtifacts(from: string, to: string): Promise<NotCopied[]> {
  const failed: NotCopied[] = [];
  const copyFolder = async (source: string, target: string): Promise<void> => {
    const entries = await readdir(source, { withFileTypes: true });
    await mkdir(target, { recursive: true, mode: 0o700 });
    for (const entry of entries) {
      const [file, copy] = [path.join(source, entry.name), path.join(target, entry.name)];
      try {
        if (entry.isDirectory()) {
          await copyFolder(file, copy);
        } else if (entry.isFile()) {
          // Shares the blocks where the file system can.
          await copyFile(file, copy, constants.COPYFILE_FICLONE);
        } else {
          failed.push({ file, why: 'It is a link or no ordinary file.' });
        }
      } catch (error) {
        failed.push({ file, why: error instanceof Error ? error.message : String(error) });
      }
    }
  };
  const root = path.join(from, 'artifacts');
  if ((await readdir(from)).includes('artifacts')) {
    await copyFolder(root, path.join(to, 'artifacts'));
  }
  return failed;
}

/** Runs with a folder of artifacts at their usual place, `artifacts/<experiment>/<run>`, with the URI of it. */
export async function runsWithArtifacts(store: string, artifactRoot: string): Promise<Map<string, string>> {
  const runs = new Map<string, string>();
  const root = path.join(store, 'artifacts');
  for (const experiment of await foldersIn(root)) {
    for (const run of await foldersIn(path.join(root, experiment))) {
      if (/^\d+$/.test(experiment) && /^[0-9a-f]{32}$/.test(run)) {
        runs.set(run, `${artifactRoot}/${experiment}/${run}/artifacts`);
      }
    }
  }
  return runs;
}

async function foldersIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
}
