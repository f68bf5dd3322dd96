import * as vscode from 'vscode';

/** The part of the Python extension's public API that is used; it is another extension's, so nothing of it is believed. */
const pythonExtension = 'ms-python.python';

/** The command that runs Python in a terminal: the interpreter that is chosen for the folder, else the one on the PATH. */
export async function findPython(folder: vscode.Uri): Promise<string> {
  const chosen = await chosenInterpreter(folder);
  if (chosen === undefined) {
    return process.platform === 'win32' ? 'python' : 'python3';
  }
  return /[^\w./\\:-]/.test(chosen) ? quoted(chosen) : chosen;
}

function quoted(file: string): string {
  // PowerShell runs a quoted path only after `&`; VS Code's default terminal on Windows is PowerShell.
  return process.platform === 'win32' ? `& "${file}"` : `'${file.replaceAll("'", `'\\''`)}'`;
}

async function chosenInterpreter(folder: vscode.Uri): Promise<string | undefined> {
  try {
    const api: unknown = await vscode.extensions.getExtension(pythonExtension)?.activate();
    const environments = field(api, 'environments');
    const find = field(environments, 'getActiveEnvironmentPath');
    if (typeof find !== 'function') {
      return undefined;
    }
    const file = field(Reflect.apply(find, environments, [folder]), 'path');
    return typeof file === 'string' && file !== '' ? file : undefined;
  } catch {
    // Another extension's trouble is not ours.
    return undefined;
  }
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}
