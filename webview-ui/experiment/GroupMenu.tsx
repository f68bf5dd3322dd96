import { useEffect, useMemo, useRef, useState } from 'react';
import { formatCount } from '../../src/core/format';
import { useSame } from '../shared/charts/useChartRuns';
import { Find, LinkButton } from '../shared/controls';
import { Popup, type Anchor } from '../shared/Popup';
import { useStore } from '../shared/store';
import { t } from '../shared/strings';
import { CheckRow } from './CheckRow';
import type { ExperimentSession } from './experimentSession';
import { byName } from './table/columnSet';
import { fieldId, fieldOf, type TableField } from './table/fields';
import { isRunKey } from './table/lines';
import type { KeyCatalogue } from './table/runTable';
import type { TableView } from './tableModel';
import { useChooseKeys } from './useChooseKeys';

interface Props {
  readonly experiment: ExperimentSession;
  readonly view: TableView;
  readonly anchor: Anchor;
  readonly onClose: () => void;
}

/** So many keys are listed; the others are found by typing. */
const mostListed = 200;
/** Of so many of the list the values are read before one is chosen: what can be seen of it without scrolling. */
const mostAhead = 12;

/** Chooses the params and tags by which runs are grouped; the chosen ones stand first, in their order. */
export function GroupMenu({ experiment, view, anchor, onClose }: Props) {
  const [find, setFind] = useState('');
  const list = useRef<HTMLDivElement>(null);
  const onKeyDown = useChooseKeys(list);
  const groupBy = useStore(experiment.arrangement, (each) => each.groupBy);
  const nested = useStore(experiment.arrangement, (each) => each.nested);
  const wanted = find.trim().toLowerCase();
  const { catalogue } = view.table;
  const keys = useMemo(() => groupKeys(catalogue), [catalogue]);
  const all = keys.filter(({ key }) => key.toLowerCase().includes(wanted));
  const chosen = groupBy.flatMap((id) => all.find((each) => each.id === id) ?? []);
  const others = all.filter(({ id }) => !groupBy.includes(id));
  // Thousands of runs are grouped an answer of the server sooner where the values are there already.
  const ahead = useSame(all.slice(0, mostAhead).map(({ id }) => id));
  useEffect(() => {
    experiment.need(
      'groups',
      ahead.flatMap((id) => fieldOf(id) ?? []),
    );
    return () => experiment.need('groups', []);
  }, [experiment, ahead]);
  // Runs with children stay open; other groups begin closed.
  const open = (): readonly string[] => experiment.arrangement.get().open.filter(isRunKey);
  const set = (next: readonly string[]): void => experiment.arrange({ groupBy: next, open: open() });
  const row = ({ id, key, title }: GroupKey) => (
    <CheckRow
      key={id}
      label={key}
      title={title}
      on={groupBy.includes(id)}
      onChange={(on) => set(on ? [...groupBy, id] : groupBy.filter((each) => each !== id))}
    />
  );
  return (
    <Popup anchor={anchor} isRight role="dialog" label={t('groupBy')} className="lb-choose" onClose={onClose}>
      <div className="lb-choose-all" onKeyDown={onKeyDown}>
        <Find label={t('groupFind')} text={find} onChange={setFind} />
        <div ref={list} className="lb-choose-list">
          {/* One list: a row that goes from one part to the other is the same one, and keeps the focus. */}
          {[...chosen.map(row), chosen.length > 0 && <hr key="" />, ...others.slice(0, mostListed).map(row)]}
          {others.length > mostListed && (
            <p className="lb-dim">{t('moreColumns', formatCount(others.length - mostListed))}</p>
          )}
          {all.length === 0 && <p className="lb-dim">{find === '' ? t('groupNothing') : t('nothingFound', find)}</p>}
        </div>
      </div>
      <div className="lb-choose-foot">
        <CheckRow
          label={t('groupEach')}
          on={nested}
          onChange={(on) => experiment.arrange({ nested: on, open: open() })}
        />
        <span className="lb-grow" />
        {groupBy.length > 0 && <LinkButton label={t('groupNone')} onAct={() => set([])} />}
      </div>
    </Popup>
  );
}

interface GroupKey {
  readonly id: string;
  readonly key: string;
  readonly title: string;
}

/** What runs differ in first: only that parts them. Names in the order of the columns: p2 before p10. */
function groupKeys({ params, tags }: KeyCatalogue): GroupKey[] {
  const entry = (field: TableField, kind: string): GroupKey => ({
    id: fieldId(field),
    key: field.key,
    title: `${kind}.${field.key}`,
  });
  const own = tags.filter(
    ({ key }) => !key.startsWith('mlflow.') || key === 'mlflow.user' || key === 'mlflow.source.name',
  );
  const keys = [
    ...byName(params).map(({ key, differs }) => ({ ...entry({ kind: 'param', key }, 'params'), differs })),
    ...byName(own).map(({ key, differs }) => ({ ...entry({ kind: 'tag', key }, 'tags'), differs })),
  ];
  return [...keys.filter(({ differs }) => differs), ...keys.filter(({ differs }) => !differs)];
}
