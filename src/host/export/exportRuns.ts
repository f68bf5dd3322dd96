import path from 'node:path';
import * as vscode from 'vscode';
import type { TrackingClient } from '../../client/types';
import { formatCount } from '../../core/format';
import { exportFormats, fileFormats, type ExportFormat } from '../../core/tableText';
import { longWait } from '../platform/longWait';
import { tellSaved } from '../platform/savedFile';
import { inMessage, oneLine } from '../platform/text';
import { readColumns, type NamedField, type RunSource } from './readColumns';
import { hostTurns, tableBytes, writeTable } from './writeTable';

export interface ExportWish {
  readonly source: RunSource;
  readonly fields: readonly NamedField[] | 'all';
  /** How many runs there are, where that is known. */
  readonly count: number | undefined;
  /** What the file is called unless the user says otherwise, without extension. */
  readonly name: string;
  /** Offered first. */
  readonly format: ExportFormat;
  /** Where to write it, where nobody is to be asked. */
  readonly file?: string | undefined;
  readonly lost: ReadonlySet<string>;
}

/**
 * Writes runs to a file: the one way, for the sidebar and for the panels. Asks where (the name's extension says the format), reads, and
 * writes; each in turns with everything else, with progress and Cancel where it takes more than a moment.
 * @returns false where the user gave up
 * @throws Error, fit to show
 */
export async function exportRuns(client: TrackingClient, wish: ExportWish): Promise<boolean> {
  const { t } = vscode.l10n;
  const target = wish.file === undefined ? await askWhere(wish) : vscode.Uri.file(wish.file);
  if (target === undefined) {
    return false;
  }
  const format = formatOf(target.path);
  const count = await longWait(t('Exporting runs'), async (report, signal) => {
    const turn = hostTurns();
    const columns = await readColumns(client, wish.source, wish.fields, {
      signal,
      turn,
      lost: wish.lost,
      now: Date.now(),
      onRead: (done, total) => report(t('Reading columns: {0} of {1}', formatCount(done), formatCount(total))),
    });
    const runs = columns[0]?.cells.length ?? 0;
    if (runs === 0) {
      throw new Error(t('there are no runs'));
    }
    const onWritten = (done: number): void =>
      report(t('Writing runs: {0} of {1}', formatCount(done), formatCount(runs)));
    const options = { signal, turn, onWritten };
    if (target.scheme === 'file') {
      await writeTable(target.fsPath, columns, format, options);
    } else {
      const parts: Uint8Array[] = [];
      await tableBytes(columns, format, (bytes) => void parts.push(bytes), options);
      await vscode.workspace.fs.writeFile(target, Buffer.concat(parts));
    }
    return runs;
  });
  if (count === undefined) {
    return false;
  }
  tellSaved(count === 1 ? t('Exported 1 run.') : t('Exported {0} runs.', formatCount(count)), target);
  return true;
}

function askWhere({ count, name, format }: ExportWish): Thenable<vscode.Uri | undefined> {
  const { t } = vscode.l10n;
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
  const offered = [format, ...exportFormats.filter((each) => each !== format)].map((each) => fileFormats[each]);
  const file = oneLine(name.replace(/[^\p{L}\p{N}._-]+/gu, '-'), 80).replace(/^[.-]+|…$/gu, '') || 'runs';
  return vscode.window.showSaveDialog({
    title:
      count === undefined
        ? t('Export Runs')
        : count === 1
          ? t('Export 1 Run')
          : t('Export {0} Runs', formatCount(count)),
    filters: Object.fromEntries(offered.map((each) => [each.name, [each.extension]])),
    ...(folder === undefined
      ? {}
      : { defaultUri: vscode.Uri.joinPath(folder, `${file}.${fileFormats[format].extension}`) }),
  });
}

/** @throws Error, fit to show, where the name says none */
function formatOf(name: string): ExportFormat {
  const { t } = vscode.l10n;
  const extension = path.posix.extname(name).slice(1).toLowerCase();
  const format = exportFormats.find((each) => fileFormats[each].extension === extension);
  if (format === undefined) {
    throw new Error(
      extension === ''
        ? t('it is not clear what a file without an extension is to hold; choose one of the formats')
        : t('it is not clear what a .{0} file is to hold; choose one of the formats', inMessage(extension, 20)),
    );
  }
  return format;
}
