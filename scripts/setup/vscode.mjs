// The VS Code that the host tier runs in: a downloaded desktop VS Code, or the stand-in where it cannot be downloaded.
import { chmodSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { root } from '../root.mjs';
import { cacheFolder } from './cache.mjs';
import { codeServer } from './codeServer.mjs';

const version = '1.139.1';

/** How long the download site may be silent, in ms: a closed network is to be noticed within seconds. */
const silence = 5000;

function standInExecutable() {
  const script = path.join(root, 'scripts', 'standIn.mjs');
  if (process.platform !== 'win32') {
    chmodSync(script, 0o755);
    return script;
  }
  const command = path.join(cacheFolder(), 'vscode-stand-in.cmd');
  writeFileSync(command, `@"${process.execPath}" "${script}" %*\r\n`);
  return command;
}

async function desktop() {
  const { downloadAndUnzipVSCode, SilentReporter } = await import('@vscode/test-electron');
  const reporter = new SilentReporter();
  const cachePath = path.join(cacheFolder(), 'vscode');
  return await downloadAndUnzipVSCode({ version, cachePath, timeout: silence, reporter });
}

/**
 * @returns `{kind: 'desktop' | 'stand-in', executable}`; LABBOOK_VSCODE=stand-in skips the try to download, another value is
 *   the executable itself
 */
export async function vscode() {
  const wanted = process.env.LABBOOK_VSCODE;
  if (wanted && wanted !== 'stand-in') {
    return { kind: 'desktop', executable: wanted };
  }
  if (wanted !== 'stand-in') {
    try {
      return { kind: 'desktop', executable: await desktop() };
    } catch (error) {
      console.log(
        `       VS Code cannot be downloaded here (${error.message ?? error}); using code-server as its stand-in`,
      );
    }
  }
  await codeServer();
  return { kind: 'stand-in', executable: standInExecutable() };
}
