import { watch, type FSWatcher, type Stats } from 'node:fs';
import { stat } from 'node:fs/promises';

/** Milliseconds between two looks at the folder. */
const lookInterval = 1000;

/**
 * Tells of files that come, go or change in a folder, and of the folder itself, also one that is not there yet.
 *
 * VS Code's own watcher of the workspace misses what is in a folder whose parent was made a moment before, as by a `git pull`, and one of a
 * folder that is missing hears nothing when it comes. So a folder that comes, goes or is replaced is found by looking, which costs next
 * to nothing, and while it is there its files are watched.
 */
export function watchFolder(folder: string, onChange: () => void): { dispose(): void } {
  let files: FSWatcher | undefined;
  let before: Stats | undefined;
  let isOver = false;
  const look = async (): Promise<void> => {
    const now = await stat(folder).catch(() => undefined);
    const isOther = now?.ino !== before?.ino || now?.birthtimeMs !== before?.birthtimeMs;
    if (isOver || (!isOther && now?.mtimeMs === before?.mtimeMs)) {
      return;
    }
    if (isOther) {
      files?.close();
      files = now && watchFiles(folder, onChange);
    }
    // The folder's time is that of the last file that came or went, also of one that came before the folder was watched.
    before = now;
    onChange();
  };
  void look();
  const timer = setInterval(() => void look(), lookInterval);
  return {
    dispose: () => {
      isOver = true;
      clearInterval(timer);
      files?.close();
    },
  };
}

function watchFiles(folder: string, onChange: () => void): FSWatcher | undefined {
  try {
    const watcher = watch(folder, { persistent: false }, onChange);
    // As where the folder goes: that is found by looking.
    watcher.on('error', () => watcher.close());
    return watcher;
  } catch {
    // Gone again, or the system watches no more: files that come and go are still noticed.
    return undefined;
  }
}
