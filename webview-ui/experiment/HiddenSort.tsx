import { useCallback, useState } from 'react';
import { Icon } from '../shared/Icon';
import { Menu, type MenuAction } from '../shared/Menu';
import { anchorOf, type Anchor } from '../shared/Popup';
import { t } from '../shared/strings';
import { setColumn } from './ColumnMenu';
import { columnName } from './columnTexts';
import type { ExperimentSession } from './experimentSession';
import { fieldId, fieldOf } from './table/fields';
import type { SortTerm } from './table/sorting';
import type { TableView } from './tableModel';

interface Props {
  readonly experiment: ExperimentSession;
  readonly view: TableView;
  /** There is room for the arrow alone. */
  readonly isShort: boolean;
}

/** By what the rows are sorted where no header says so, as its column is hidden; a click shows the column again, or sorts no more. */
export function HiddenSort({ experiment, view, isShort }: Props) {
  const [menu, setMenu] = useState<Anchor>();
  const close = useCallback(() => setMenu(undefined), []);
  const hidden = hiddenSort(view);
  const [first] = hidden;
  if (!first) {
    return null;
  }
  const text = t(first.descending ? 'sortedDescending' : 'sortedAscending', nameOf(first));
  const actions = hidden.map((term): MenuAction[] => [
    { label: t('showColumnNamed', nameOf(term)), onAct: () => setColumn(experiment, term.field, true) },
    {
      label: t('sortOffNamed', nameOf(term)),
      onAct: () => experiment.arrange({ sort: view.sort.filter((each) => each !== term) }),
    },
  ]);
  return (
    <>
      <button
        type="button"
        className="lb-link lb-hidden-sort"
        title={t('sortedHidden', text)}
        aria-label={text}
        aria-haspopup="menu"
        aria-expanded={menu !== undefined}
        onClick={(event) => setMenu(anchorOf(event.currentTarget))}
      >
        {!isShort && <span className="lb-cut-text">{t('sortedBy', nameOf(first))}</span>}
        <Icon name={first.descending ? 'arrowDown' : 'arrowUp'} small />
      </button>
      {menu && <Menu label={text} anchor={menu} sections={actions} onClose={close} />}
    </>
  );
}

/** By which of the columns that are not there the rows are sorted. */
export function hiddenSort({ columns, sort }: TableView): readonly SortTerm[] {
  const shown = new Set(columns.fields.map(fieldId));
  return sort.filter(({ field }) => !shown.has(field));
}

function nameOf({ field: id }: SortTerm): string {
  const field = fieldOf(id);
  return field ? columnName({ field, label: field.key }) : id;
}
