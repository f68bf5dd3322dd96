import { useCallback } from 'react';
import type { Anchor } from '../shared/Popup';
import { t } from '../shared/strings';
import { ColumnMenu, setColumn } from './ColumnMenu';
import type { ExperimentSession } from './experimentSession';
import { NumberQuestion } from './NumberQuestion';
import { RunMenu } from './RunMenu';
import { fieldId, fieldOf } from './table/fields';
import type { TableView } from './tableModel';
import { leastWidth, mostWidth, type PlacedColumn } from './useColumns';
import type { Editing } from './useRowActions';

export type OpenMenu =
  /** `key` of the line; `field`: `fieldId` of the cell that it was opened on, where it was one */
  | { readonly kind: 'run'; readonly key: string; readonly anchor: Anchor; readonly field?: string | undefined }
  /** `id` of the column */
  | { readonly kind: 'column' | 'step' | 'width'; readonly id: string; readonly anchor: Anchor };

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
          field={menu.field}
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
          onAskWidth={() => onMenu({ ...menu, kind: 'width' })}
          onClose={close}
        />
      );
    case 'step':
      return (
        <NumberQuestion
          label={t('atWhichStep')}
          initial={0}
          anchor={menu.anchor}
          onAnswer={(step) =>
            setColumn(experiment, fieldId({ kind: 'metricAt', key: fieldOf(menu.id)?.key ?? '', step }), true)
          }
          onClose={close}
        />
      );
    case 'width':
      return (
        <NumberQuestion
          label={t('widthInPixels')}
          initial={columns.find((column) => column.view.id === menu.id)?.width ?? leastWidth}
          anchor={menu.anchor}
          onAnswer={(width) => setWidth(experiment, menu.id, width)}
          onClose={close}
        />
      );
  }
}

function setWidth(experiment: ExperimentSession, id: string, width: number): void {
  const { columns } = experiment.arrangement.get();
  const widths = { ...columns.widths, [id]: Math.max(leastWidth, Math.min(mostWidth, width)) };
  experiment.arrange({ columns: { ...columns, widths } });
}
