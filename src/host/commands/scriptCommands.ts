import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import { commands, type CommandHandlers } from '../contributions';
import { inMessage } from '../platform/text';
import { trackingEnvironment } from '../terminal/environment';
import { findPython } from '../terminal/python';
import {
  ignoresEnvFile,
  pythonLines,
  variableForms,
  variableLines,
  withVariables,
  type VariableForm,
} from '../terminal/trackingLines';
import { attempt, preset, say, type Tools } from './tools';

type ScriptCommands = CommandHandlers<
  | typeof commands.copyTheTwoLines
  | typeof commands.copyEnvironmentVariables
  | typeof commands.insertTrackingLines
  | typeof commands.writeEnvFile
  | typeof commands.createAnExampleRun
>;

/** The least that a script needs to log a curve's point. */
const theTwoLines = 'import mlflow\nmlflow.log_metric("loss", 0.5, step=1)\n';

const exampleName = 'labbook_example.py';

/** Commands that point scripts, notebooks and shells to Labbook. */
export function scriptCommands(tools: Tools, extensionUri: vscode.Uri): ScriptCommands {
  const { t } = vscode.l10n;
  const server = async (): Promise<Awaited<ReturnType<typeof tools.connection.ready>>['server']> =>
    (await tools.connection.ready(10_000)).server;
  return {
    [commands.copyTheTwoLines]: async () => {
      await vscode.env.clipboard.writeText(theTwoLines);
      say(t('Copied. Paste the lines into a script and run it in a new terminal.'));
    },
    [commands.copyEnvironmentVariables]: (given) =>
      attempt(tools, t('Could not copy the variables'), async () => {
        const form = variableForms.find((each) => each === preset(given, 'form')) ?? (await askForForm());
        if (form) {
          await vscode.env.clipboard.writeText(variableLines(form, (await server()).address));
          say(t('Copied. The lines hold a secret: do not commit them.'));
        }
      }),
    [commands.insertTrackingLines]: () =>
      attempt(tools, t('Could not insert the lines'), async () => {
        const lines = pythonLines((await server()).info.store);
        if (!(await insert(lines))) {
          await vscode.env.clipboard.writeText(lines);
          say(t('Copied two lines of Python. Paste them before the first use of mlflow.'));
        }
      }),
    [commands.writeEnvFile]: () =>
      attempt(tools, t('Could not write the .env file'), async () => {
        const folder = await folderOnDisk(t('no folder is open'));
        if (folder !== undefined) {
          await writeEnvFile(folder.uri.fsPath, trackingEnvironment((await server()).address));
          say(t('Wrote the tracking server into .env, which Git ignores.'));
        }
      }),
    [commands.createAnExampleRun]: () =>
      attempt(tools, t('Could not create the example'), () => createExample(tools, extensionUri)),
  };
}

/**
 * The workspace's folder that a file is to be written into; of several the one that the user picks.
 * @param none says that there is no folder @returns undefined where the user gave up
 */
async function folderOnDisk(none: string): Promise<vscode.WorkspaceFolder | undefined> {
  const folders = vscode.workspace.workspaceFolders?.filter(({ uri }) => uri.scheme === 'file') ?? [];
  if (folders.length === 0) {
    throw new Error(none);
  }
  if (folders.length === 1) {
    return folders[0];
  }
  const items = folders.map((folder) => ({ label: folder.name, description: folder.uri.fsPath, folder }));
  return (await vscode.window.showQuickPick(items, { placeHolder: vscode.l10n.t('In which folder?') }))?.folder;
}

async function askForForm(): Promise<VariableForm | undefined> {
  const { t } = vscode.l10n;
  const labels: Readonly<Record<VariableForm, string>> = {
    posix: 'bash, zsh, sh',
    fish: 'fish',
    powershell: 'PowerShell',
    cmd: t('Windows command prompt'),
    env: t('.env file'),
  };
  const items = variableForms.map((form) => ({ label: labels[form], form }));
  return (
    await vscode.window.showQuickPick(items, {
      title: t('Copy Environment Variables'),
      placeHolder: t('For which shell?'),
    })
  )?.form;
}

/** Puts lines into a new cell above the active one of a notebook, or at the top of a Python file; false where neither is open. */
async function insert(lines: string): Promise<boolean> {
  const notebook = vscode.window.activeNotebookEditor;
  const edit = new vscode.WorkspaceEdit();
  if (notebook) {
    const cell = new vscode.NotebookCellData(vscode.NotebookCellKind.Code, lines.trimEnd(), 'python');
    edit.set(notebook.notebook.uri, [vscode.NotebookEdit.insertCells(notebook.selection.start, [cell])]);
    return vscode.workspace.applyEdit(edit);
  }
  const editor = vscode.window.activeTextEditor;
  if (editor?.document.languageId !== 'python') {
    return false;
  }
  edit.insert(editor.document.uri, new vscode.Position(editor.selection.active.line, 0), lines);
  return vscode.workspace.applyEdit(edit);
}

/** Only ever on request: a file that holds the token, beside a `.gitignore` that names it. */
async function writeEnvFile(folder: string, variables: Readonly<Record<string, string>>): Promise<void> {
  const ignoreFile = path.join(folder, '.gitignore');
  const ignored = await textOf(ignoreFile);
  if (!ignoresEnvFile(ignored)) {
    // First, so that there is no moment in which Git would take the secret.
    await writeFile(ignoreFile, `${ignored}${ignored === '' || ignored.endsWith('\n') ? '' : '\n'}.env\n`);
  }
  const file = path.join(folder, '.env');
  await writeFile(file, withVariables(await textOf(file), variables), { mode: 0o600 });
}

async function textOf(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') {
      return '';
    }
    throw error;
  }
}

/** Writes the example script into the workspace (one that is there stays), opens it, and runs it in a terminal. */
async function createExample({ connection }: Tools, extensionUri: vscode.Uri): Promise<void> {
  const { t } = vscode.l10n;
  const folder = await folderOnDisk(t('open a folder first, the example is a file in it'));
  if (folder === undefined) {
    return;
  }
  const target = vscode.Uri.joinPath(folder.uri, exampleName);
  const text = await vscode.workspace.fs.readFile(vscode.Uri.joinPath(extensionUri, 'media', 'example', exampleName));
  try {
    await vscode.workspace.fs.stat(target);
  } catch {
    await vscode.workspace.fs.writeFile(target, text);
  }
  await vscode.window.showTextDocument(target, { preview: false });
  // A terminal that opens before the server answers would not know where to log.
  await connection.ready(30_000);
  const python = await findPython(folder.uri);
  const terminal = vscode.window.createTerminal({ name: t('Labbook example'), cwd: folder.uri });
  terminal.show(true);
  terminal.sendText(`${python} ${exampleName}`);
  say(t('Running {0}. Its run appears in the view Experiments.', inMessage(exampleName)));
}
