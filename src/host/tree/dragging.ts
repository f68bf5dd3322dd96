import * as vscode from 'vscode';
import { artifactUri } from '../artifacts/fileSystem';
import { namesOf } from './artifactNames';
import type { NodeRef, TreeModel } from './model';

/** What a drag of elements gives to where it is dropped, as addresses of files and as text. */
export interface Dragged {
  /** Of artifacts: an editor opens them, the explorer copies them. */
  readonly files: readonly { readonly experimentId: string; readonly runId: string; readonly path: string }[];
  /** For a text editor or a terminal: ids of runs, addresses of artifacts, names of metrics and the like. */
  readonly text: string;
}

/** Pure. */
export function draggedOf(refs: readonly NodeRef[]): Dragged {
  const lines = refs.flatMap((ref): string[] => {
    switch (ref.kind) {
      case 'run':
        return [ref.runId];
      case 'experiment':
        return [ref.experimentId];
      case 'artifact':
      case 'runModel':
        return [`runs:/${ref.runId}/${ref.path}`];
      case 'metric':
      case 'param':
      case 'tag':
        return [ref.key];
      case 'group':
      case 'runGroup':
      case 'more':
      case 'wayOut':
      case 'failure':
        return [];
    }
  });
  return {
    files: refs.flatMap((ref) => (ref.kind === 'artifact' && !ref.isDirectory ? [ref] : [])),
    text: lines.join('\n'),
  };
}

/** Lets elements of the tree be dragged out. Nothing can be dropped: MLflow cannot move a run to another experiment. */
export class TreeDragging implements vscode.TreeDragAndDropController<NodeRef> {
  readonly dropMimeTypes = [];
  readonly dragMimeTypes = ['text/uri-list', 'text/plain'];

  constructor(private readonly model: TreeModel) {}

  handleDrag(source: readonly NodeRef[], transfer: vscode.DataTransfer): void {
    const { files, text } = draggedOf(source);
    if (files.length > 0) {
      const list = files.map((file) => artifactUri(file, namesOf(this.model, file)).toString()).join('\r\n');
      transfer.set('text/uri-list', new vscode.DataTransferItem(list));
    }
    if (text !== '') {
      transfer.set('text/plain', new vscode.DataTransferItem(text));
    }
  }
}
