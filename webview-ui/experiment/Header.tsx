import { useRef, type PointerEvent } from 'react';
import { Icon } from '../shared/Icon';
import { anchorAt, anchorOf, type Anchor } from '../shared/Popup';
import { t } from '../shared/strings';
import { columnLabel, columnName, columnSuffix } from './columnTexts';
import type { ColumnView } from './table/columnView';
import type { SortTerm } from './table/sorting';
import type { ColumnLayout, PlacedColumn } from './useColumns';
import { useHeaderDrag } from './useHeaderDrag';

export interface HeaderActions {
  readonly onSort: (column: PlacedColumn, adding: boolean) => void;
  readonly onMenu: (column: PlacedColumn, anchor: Anchor) => void;
  /** @param before id of the column before which it is dropped; undefined: the end */
  readonly onMove: (column: PlacedColumn, before: string | undefined) => void;
  readonly onFit: (column: PlacedColumn) => void;
}

interface Props {
  readonly layout: ColumnLayout;
  /** The columns that are drawn. */
  readonly columns: readonly PlacedColumn[];
  readonly sort: readonly SortTerm[];
  /** `fieldId` of the primary metric. */
  readonly primary: string | undefined;
  readonly isFocused: boolean;
  readonly cell: number;
  readonly actions: HeaderActions;
}

export const headerRowId = 'lb-table-header';

/** Two rows: the titles of sections, and the names of columns. */
export function Header({ layout, columns, sort, primary, isFocused, cell, actions }: Props) {
  const row = useRef<HTMLDivElement>(null);
  const drag = useHeaderDrag(row, layout, actions);
  return (
    <>
      <div role="row" className="lb-titles" aria-rowindex={1}>
        {layout.groups.map((group) => (
          <span
            key={group.id}
            role="columnheader"
            aria-colindex={group.index + 1}
            aria-colspan={group.span}
            className={`lb-title${group.isPinned ? ' lb-pinned' : ''}${group.left > 0 ? ' lb-first' : ''}`}
            style={{ left: group.left, width: group.width }}
          >
            <span className="lb-cut-text" style={{ left: group.isPinned ? undefined : layout.pinnedWidth + 8 }}>
              {group.title}
            </span>
          </span>
        ))}
      </div>
      <div
        ref={row}
        role="row"
        id={headerRowId}
        className={isFocused ? 'lb-heads lb-focused' : 'lb-heads'}
        aria-rowindex={2}
        onPointerMove={drag.onMove}
        onPointerUp={drag.onRelease}
        onPointerCancel={drag.onCancel}
      >
        {columns.map((column) => (
          <Head
            key={column.view.id}
            column={column}
            sort={sort}
            isPrimary={column.view.id === primary}
            isFocused={isFocused && cell === column.index}
            isDragged={drag.dragged === column.view.id}
            actions={actions}
            onPress={(event) => drag.onPress(column, event)}
          />
        ))}
        {drag.at !== undefined && <i className="lb-drop-mark" style={{ left: drag.at }} />}
      </div>
    </>
  );
}

interface HeadProps {
  readonly column: PlacedColumn;
  readonly sort: readonly SortTerm[];
  readonly isPrimary: boolean;
  readonly isFocused: boolean;
  readonly isDragged: boolean;
  readonly actions: HeaderActions;
  readonly onPress: (event: PointerEvent) => void;
}

function Head({ column, sort, isPrimary, isFocused, isDragged, actions, onPress }: HeadProps) {
  const { view, width, left, index } = column;
  const term = sort.find(({ field }) => field === view.id);
  const classes = ['lb-head'];
  if (column.isPinned) classes.push('lb-pinned');
  if (column.isFirst) classes.push('lb-first');
  if (view.isNumeric) classes.push('lb-number');
  if (isFocused) classes.push('lb-focused-cell');
  if (isDragged) classes.push('lb-dragged');
  return (
    <span
      role="columnheader"
      id={`${headerRowId}-${view.id}`}
      className={classes.join(' ')}
      data-field={view.id}
      aria-colindex={index + 1}
      aria-sort={term ? (term.descending ? 'descending' : 'ascending') : 'none'}
      aria-label={columnName(view)}
      title={columnName(view)}
      style={{ width, left }}
      onPointerDown={(event) => {
        if (event.button === 0) {
          onPress(event);
        }
      }}
      onContextMenu={(event) => {
        event.preventDefault();
        actions.onMenu(column, anchorAt(event.clientX, event.clientY));
      }}
    >
      <HeadName view={view} sort={sort} isPrimary={isPrimary} />
      <button
        type="button"
        className="lb-head-menu"
        tabIndex={-1}
        aria-label={t('columnMenu', columnName(view))}
        onPointerDown={(event) => event.stopPropagation()}
        onPointerUp={(event) => event.stopPropagation()}
        onClick={(event) => actions.onMenu(column, anchorOf(event.currentTarget))}
      >
        <Icon name="chevronDown" small />
      </button>
      <i
        className={column.isResizing ? 'lb-resizer lb-on' : 'lb-resizer'}
        onPointerDown={(event) => event.stopPropagation()}
        onPointerUp={(event) => event.stopPropagation()}
        onMouseDown={column.onResize}
        onTouchStart={column.onResize}
        onDoubleClick={() => actions.onFit(column)}
      />
    </span>
  );
}

/** The star of the primary metric, the name, which value it is, and how the table is sorted by it. */
function HeadName({ view, sort, isPrimary }: { readonly view: ColumnView } & Pick<HeadProps, 'sort' | 'isPrimary'>) {
  const place = sort.findIndex(({ field }) => field === view.id);
  const term = sort[place];
  const suffix = columnSuffix(view.field);
  return (
    <>
      {isPrimary && (
        <span className="lb-star" title={t('primaryMetric')}>
          <Icon name="starFull" small />
        </span>
      )}
      <span className="lb-cut-text">{columnLabel(view.field, view.label)}</span>
      {suffix !== '' && <small>{suffix}</small>}
      {term && (
        <span className="lb-sort">
          <Icon name={term.descending ? 'arrowDown' : 'arrowUp'} small />
          {sort.length > 1 && <small>{place + 1}</small>}
        </span>
      )}
    </>
  );
}
