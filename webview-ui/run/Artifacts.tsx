import { useEffect, useMemo, type KeyboardEvent } from 'react';
import { formatBytes } from '../../src/core/format';
import type { PanelRun } from '../../src/protocol/panels';
import { Icon } from '../shared/Icon';
import type { PanelSession } from '../shared/session';
import { EmptyState, ErrorState, Loading } from '../shared/states';
import { useStore } from '../shared/store';
import { t } from '../shared/strings';
import { artifactIcon, baseName } from './artifactKind';
import { ArtifactTree, visibleRows, type Row } from './artifactTree';
import { Preview } from './Preview';

interface Props {
  readonly session: PanelSession;
  readonly run: PanelRun;
}

/** The files of a run as a tree, and a preview of the chosen one. */
export function Artifacts({ session, run }: Props) {
  const tree = useMemo(() => new ArtifactTree(session, run.id), [session, run.id]);
  useEffect(() => {
    void tree.read('');
    session.state.get().folders.forEach((path) => void tree.read(path));
    const stop = session.onChanged(({ artifacts }) => {
      if (artifacts) {
        void tree.readAgain();
      }
    });
    return () => {
      stop();
      tree.dispose();
    };
  }, [tree, session]);
  const root = useStore(tree.folders, (folders) => folders.get(''));
  const chosen = useStore(session.state, (state) => state.artifact);
  if (root?.entries === undefined) {
    return root?.error === undefined ? (
      <Loading />
    ) : (
      <ErrorState
        title={t('artifactsFailed')}
        detail={root.error}
        actions={[{ label: t('tryAgain'), onAct: () => void tree.read('') }]}
      />
    );
  }
  if (root.entries.length === 0) {
    return <EmptyState title={t('noArtifacts')} detail={t('noArtifactsHint')} />;
  }
  return (
    <div className="lb-artifacts">
      <Tree session={session} tree={tree} chosen={chosen} />
      {chosen === '' ? (
        <EmptyState title={t('chooseArtifact')} />
      ) : (
        <Preview key={chosen} session={session} runId={run.id} path={chosen} />
      )}
    </div>
  );
}

interface TreeProps {
  readonly session: PanelSession;
  readonly tree: ArtifactTree;
  readonly chosen: string;
}

function Tree({ session, tree, chosen }: TreeProps) {
  const folders = useStore(tree.folders, (each) => each);
  const openPaths = useStore(session.state, (state) => state.folders);
  const rows = visibleRows(folders, new Set(openPaths));
  const stop = rows.some(({ entry }) => entry.path === chosen) ? chosen : rows[0]?.entry.path;

  const setOpen = (path: string, isOpen: boolean): void => {
    session.arrange({ folders: isOpen ? [...openPaths, path] : openPaths.filter((each) => each !== path) });
    if (isOpen) {
      void tree.read(path);
    }
  };
  const act = (row: Row): void => {
    if (row.entry.isDirectory) {
      setOpen(row.entry.path, !row.isOpen);
    } else {
      session.arrange({ artifact: row.entry.path });
    }
  };
  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>): void => {
    const items = [...event.currentTarget.querySelectorAll<HTMLElement>('[role="treeitem"]')];
    const at = items.findIndex((item) => item === event.target);
    const row = rows[at];
    if (!row) {
      return;
    }
    const target = targetOf(event.key, at, rows);
    if (target !== undefined) {
      items[target]?.focus();
    } else if (row.entry.isDirectory && event.key === (row.isOpen ? 'ArrowLeft' : 'ArrowRight')) {
      setOpen(row.entry.path, !row.isOpen);
    } else if (event.key === 'Enter' || event.key === ' ') {
      act(row);
    } else {
      return;
    }
    event.preventDefault();
  };
  return (
    <div className="lb-tree" role="tree" aria-label={t('artifacts')} onKeyDown={onKeyDown}>
      {rows.map((row) => (
        <TreeRow
          key={row.entry.path}
          row={row}
          error={folders.get(row.entry.path)?.error}
          isChosen={row.entry.path === chosen}
          isStop={row.entry.path === stop}
          onAct={() => act(row)}
        />
      ))}
    </div>
  );
}

interface RowProps {
  readonly row: Row;
  readonly error: string | undefined;
  readonly isChosen: boolean;
  readonly isStop: boolean;
  readonly onAct: () => void;
}

function TreeRow({ row, error, isChosen, isStop, onAct }: RowProps) {
  const { entry, depth, isOpen } = row;
  return (
    <div
      className="lb-tree-row"
      role="treeitem"
      aria-level={depth + 1}
      aria-selected={isChosen}
      aria-expanded={entry.isDirectory ? isOpen : undefined}
      tabIndex={isStop ? 0 : -1}
      title={error ?? entry.path}
      style={{ paddingLeft: 4 + depth * 12 }}
      onClick={onAct}
    >
      <span className="lb-twistie">{entry.isDirectory && <Icon name={isOpen ? 'chevronDown' : 'chevronRight'} />}</span>
      <Icon name={entry.isDirectory ? (isOpen ? 'folderOpened' : 'folder') : artifactIcon(entry.path)} />
      <span className={error === undefined ? 'lb-cut-text lb-grow' : 'lb-cut-text lb-grow lb-error'}>
        {baseName(entry.path)}
      </span>
      {entry.size !== undefined && <span className="lb-count">{formatBytes(entry.size)}</span>}
    </div>
  );
}

/** Where the focus goes; undefined where the key opens or closes, or does nothing. */
function targetOf(key: string, at: number, rows: readonly Row[]): number | undefined {
  const row = rows[at];
  switch (key) {
    case 'ArrowDown':
      return Math.min(rows.length - 1, at + 1);
    case 'ArrowUp':
      return Math.max(0, at - 1);
    case 'Home':
      return 0;
    case 'End':
      return rows.length - 1;
    case 'ArrowRight':
      return row?.isOpen ? at + 1 : undefined;
    case 'ArrowLeft': {
      const parent = rows.slice(0, at).findLastIndex(({ depth }) => depth < (row?.depth ?? 0));
      return row?.isOpen || parent < 0 ? undefined : parent;
    }
    default:
      return undefined;
  }
}
