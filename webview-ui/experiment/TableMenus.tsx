import { useCallback } from 'react';
import type { Anchor } from '../shared/Popup';
import { ColumnMenu } from './ColumnMenu';
import type { ExperimentSession } from './experimentSession';
import { RunMenu } from './RunMenu';
import { StepQuestion } from './StepQuestion';
import { fieldOf } from './table/fields';
import type { TableView } from './tableModel';
import type { PlacedColumn } from './useColumns';
import type { Editing } from './useRowActions';

export type OpenMenu =
  /** `key` of the line */
  | { readonly kind: 'run'; readonly key: string; readonly anchor: Anchor }
  /** `id` of the column */
  | { readonly kind: 'column' | 'step'; readonly id: string; readonly anchor: Anchor };

interface Props {
  readonly experiment: ExperimentSession;
  readonly view: TableView;
  readonly columns: readonly PlacedColumn[];
  readonly menu: OpenMenu | undefined;
  readonly onMenu: (menu: OpenMenu | undefined) => void;
  readonly onFit: (column: PlacedColumn) => void;
  readonly onEdit: (editing: Editing) => void;
}

/** What is open over the table, if anything. */
export function TableMenus({ experiment, view, columns, menu, onMenu, onFit, onEdit }: Props) {
  const close = useCallback(() => onMenu(undefined), [onMenu]);
  switch (menu?.kind) {
    case undefined:
      return null;
    case 'run':
      return (
        <RunMenu
          experiment={experiment}
          view={view}
          lineKey={menu.key}
          anchor={menu.anchor}
          onClose={close}
          onEdit={onEdit}
        />
      );
    case 'column':
      return (
        <ColumnMenu
          experiment={experiment}
          view={view}
          columns={columns}
          id={menu.id}
          anchor={menu.anchor}
          onFit={onFit}
          onAskStep={() => onMenu({ ...menu, kind: 'step' })}
          onClose={close}
        />
      );
    case 'step':
      return (
        <StepQuestion
          experiment={experiment}
          metric={fieldOf(menu.id)?.key ?? ''}
          anchor={menu.anchor}
          onClose={close}
        />
      );
  }
}
