import { useCallback, useMemo, useRef, useState } from 'react';
import { formatCount } from '../../src/core/format';
import { attributeKeys } from '../../src/protocol/experimentPanel';
import { Find, LinkButton } from '../shared/controls';
import { anchorOf, Popup, type Anchor } from '../shared/Popup';
import { useStore } from '../shared/store';
import { t, tCount } from '../shared/strings';
import { CheckRow } from './CheckRow';
import { columnLabel, columnName, columnSuffix, sectionTitle } from './columnTexts';
import type { ExperimentSession } from './experimentSession';
import { NumberQuestion } from './NumberQuestion';
import { byName, freshChoice, orderedMetrics, usualAggregate, withColumn, type ColumnChoice } from './table/columnSet';
import {
  fieldId,
  leafOf,
  placeOf,
  runTags,
  shownAggregates,
  type ShownAggregate,
  type TableField,
} from './table/fields';
import type { TableView } from './tableModel';
import { useChooseKeys } from './useChooseKeys';

interface Props {
  readonly experiment: ExperimentSession;
  readonly view: TableView;
  readonly anchor: Anchor;
  readonly onClose: () => void;
}

/** So many columns are listed at once; the others are found by typing. */
const mostListed = 300;

interface Section {
  readonly id: string;
  readonly title: string;
  readonly entries: readonly Entry[];
}

/** A metric with all its columns, or one other column. */
interface Entry {
  readonly field: TableField;
  readonly label: string;
  readonly name: string;
}

/** Chooses the table's columns. */
export function ColumnsMenu({ experiment, view, anchor, onClose }: Props) {
  const [find, setFind] = useState('');
  /** The metric that is to be shown at a step, and what that was asked by. */
  const [asked, setAsked] = useState<{ readonly metric: string; readonly anchor: Anchor }>();
  const closeQuestion = useCallback(() => setAsked(undefined), []);
  const list = useRef<HTMLDivElement>(null);
  const onKeyDown = useChooseKeys(list);
  const choice = useStore(experiment.arrangement, (each) => each.columns);
  const all = useMemo(() => sectionsOf(view), [view]);
  const shown = new Set(view.columns.fields.map(fieldId));
  const steps = view.columns.fields.filter(({ kind }) => kind === 'metricAt');
  const wanted = find.trim().toLowerCase();
  const count = all.reduce((sum, { entries }) => sum + entries.length, 0);
  const found = all.flatMap((section) => {
    const entries = section.entries.filter(({ name }) => name.toLowerCase().includes(wanted));
    return entries.length === 0 ? [] : [{ ...section, entries }];
  });
  const listed = cut(found);
  const more = found.reduce((sum, { entries }) => sum + entries.length, 0) - countOf(listed);
  const set = (change: (before: ColumnChoice) => ColumnChoice): void =>
    experiment.arrange({ columns: change(experiment.arrangement.get().columns) });
  const { equal } = view.columns;
  return (
    <Popup anchor={anchor} isRight role="dialog" label={t('columns')} className="lb-choose" onClose={onClose}>
      <div className="lb-choose-all" onKeyDown={onKeyDown}>
        <Find label={t('columnsFind', formatCount(count))} text={find} onChange={setFind} />
        <div className="lb-choose-line">
          <CheckRow
            label={t('onlyDiffering')}
            on={choice.onlyDiffering}
            onChange={(onlyDiffering) => set((before) => ({ ...before, onlyDiffering }))}
          />
          {choice.onlyDiffering && equal > 0 && (
            <span className="lb-dim">{tCount('hidesEqualOne', 'hidesEqualMany', equal, formatCount(equal))}</span>
          )}
        </div>
        <div ref={list} className="lb-choose-list">
          {listed.map((section) => (
            <SectionRows
              key={section.id}
              {...{ section, shown, steps, view }}
              onSet={set}
              onAskStep={(metric, anchor) => setAsked({ metric, anchor })}
            />
          ))}
          {more > 0 && <p className="lb-dim">{t('moreColumns', formatCount(more))}</p>}
          {found.length === 0 && <p className="lb-dim">{t('nothingFound', find)}</p>}
        </div>
      </div>
      <div className="lb-choose-foot">
        <LinkButton label={t('columnsReset')} onAct={() => set(() => freshChoice)} />
        <span className="lb-grow" />
        <span className="lb-dim">{t('columnsDrag')}</span>
      </div>
      {asked && (
        <NumberQuestion
          label={t('atWhichStep')}
          initial={0}
          anchor={asked.anchor}
          onAnswer={(step) =>
            set((before) => withColumn(before, fieldId({ kind: 'metricAt', key: asked.metric, step }), true))
          }
          onClose={closeQuestion}
        />
      )}
    </Popup>
  );
}

interface RowsProps {
  readonly section: Section;
  /** `fieldId`s of the columns that the table has. */
  readonly shown: ReadonlySet<string>;
  /** Those of them that show metrics at steps. */
  readonly steps: readonly TableField[];
  readonly view: TableView;
  readonly onSet: (change: (before: ColumnChoice) => ColumnChoice) => void;
  /** Asks for the step at which a metric is to be shown. */
  readonly onAskStep: (metric: string, anchor: Anchor) => void;
}

function SectionRows({ section, shown, steps, view, onSet, onAskStep }: RowsProps) {
  const { entries, title } = section;
  const states = entries.map((entry) => idsOf(entry.field, steps).some((id) => shown.has(id)));
  const all = states.every(Boolean) ? true : states.some(Boolean) ? 'mixed' : false;
  const toggle = (list: readonly Entry[], on: boolean): void =>
    onSet((before) => list.reduce((choice, { field }) => withEntry(choice, field, on, { shown, steps, view }), before));
  return (
    <div role="group" aria-label={title}>
      <CheckRow label={title} on={all} isStrong onChange={(on) => toggle(entries, on)} />
      {entries.map((entry, index) => (
        <div key={fieldId(entry.field)} className="lb-choose-row">
          <CheckRow
            label={entry.label}
            title={entry.name}
            on={states[index] === true}
            onChange={(on) => toggle([entry], on)}
          />
          {entry.field.kind === 'metric' && (
            <Aggregates metric={entry.field.key} {...{ shown, steps, onSet, onAskStep }} />
          )}
        </div>
      ))}
    </div>
  );
}

type AggregatesProps = { readonly metric: string } & Pick<RowsProps, 'shown' | 'steps' | 'onSet' | 'onAskStep'>;

/** Each of a metric's aggregates can be a column, and its value at each step; those at steps can be taken away. */
function Aggregates({ metric, shown, steps, onSet, onAskStep }: AggregatesProps) {
  const labels: Readonly<Record<ShownAggregate, string>> = {
    last: t('lastSuffix'),
    min: t('minSuffix'),
    max: t('maxSuffix'),
    mean: t('meanSuffix'),
  };
  const fields: readonly (readonly [TableField, string])[] = [
    ...shownAggregates.map((aggregate) => [{ kind: 'metric', key: metric, aggregate }, labels[aggregate]] as const),
    [{ kind: 'trend', key: metric }, t('trendSuffix')] as const,
    ...steps.filter(({ key }) => key === metric).map((field) => [field, columnSuffix(field)] as const),
  ];
  return (
    <span className="lb-aggregates" role="group" aria-label={metric}>
      {fields.map(([field, label]) => {
        const id = fieldId(field);
        const isOn = shown.has(id);
        return (
          <button
            key={id}
            type="button"
            aria-pressed={isOn}
            onClick={({ currentTarget }) => {
              if (isOn && field.kind === 'metricAt') {
                // It goes, and the focus would with it.
                currentTarget.closest('.lb-choose-row')?.querySelector<HTMLElement>('.lb-check')?.focus();
              }
              onSet((before) => withColumn(before, id, !isOn));
            }}
          >
            {label}
          </button>
        );
      })}
      <button
        type="button"
        title={t('showAtStep')}
        aria-label={t('showAtStep')}
        aria-haspopup="dialog"
        onClick={({ currentTarget }) => onAskStep(metric, anchorOf(currentTarget))}
      >
        {t('atStepAsk')}
      </button>
    </span>
  );
}

/** The columns that a metric can have, and those at steps that it has, or the one of anything else. */
function idsOf(field: TableField, steps: readonly TableField[]): string[] {
  return field.kind === 'metric'
    ? [
        ...shownAggregates.map((aggregate) => fieldId({ kind: 'metric', key: field.key, aggregate })),
        fieldId({ kind: 'trend', key: field.key }),
        ...steps.filter(({ key }) => key === field.key).map(fieldId),
      ]
    : [fieldId(field)];
}

/** Shows a metric in its usual form, or hides all of its forms. */
function withEntry(
  choice: ColumnChoice,
  field: TableField,
  on: boolean,
  { shown, steps, view }: Pick<RowsProps, 'shown' | 'steps' | 'view'>,
): ColumnChoice {
  const present = idsOf(field, steps).filter((id) => shown.has(id));
  if (!on) {
    return present.reduce((before, id) => withColumn(before, id, false), choice);
  }
  const usual: TableField =
    field.kind === 'metric' ? { ...field, aggregate: usualAggregate(view.columnFacts, field.key) } : field;
  return present.length > 0 ? choice : withColumn(choice, fieldId(usual), true);
}

function sectionsOf(view: TableView): Section[] {
  const { catalogue } = view.table;
  const entry = (field: TableField, label: string): Entry => ({ field, label, name: columnName({ field, label }) });
  const sections = new Map<string, { id: string; title: string; entries: Entry[] }>();
  for (const { key } of orderedMetrics(view.columnFacts)) {
    const { prefix } = placeOf({ kind: 'trend', key });
    const section = sections.get(prefix) ?? {
      id: `metrics/${prefix}`,
      title: sectionTitle('metrics', prefix),
      entries: [],
    };
    section.entries.push({ field: { kind: 'metric', key, aggregate: 'last' }, label: leafOf(key), name: key });
    sections.set(prefix, section);
  }
  const tags = byName(catalogue.tags.filter(({ key }) => !key.startsWith('mlflow.')));
  const own = runTags.filter((tag) => catalogue.tags.some(({ key }) => key === tag));
  const others: Section[] = [
    {
      id: 'params',
      title: t('parameters'),
      entries: byName(catalogue.params).map(({ key }) => entry({ kind: 'param', key }, key)),
    },
    { id: 'tags', title: t('tags'), entries: tags.map(({ key }) => entry({ kind: 'tag', key }, key)) },
    {
      id: 'run',
      title: t('sectionRun'),
      entries: [
        ...attributeKeys.filter((key) => key !== 'name').map((key): TableField => ({ kind: 'attribute', key })),
        ...own.map((key): TableField => ({ kind: 'tag', key })),
      ].map((field) => entry(field, columnLabel(field, field.key))),
    },
  ];
  return [...sections.values(), ...others].filter(({ entries }) => entries.length > 0);
}

function cut(sections: readonly Section[]): Section[] {
  let left = mostListed;
  return sections.flatMap((section) => {
    const entries = section.entries.slice(0, left);
    left -= entries.length;
    return entries.length === 0 ? [] : [{ ...section, entries }];
  });
}

function countOf(sections: readonly Section[]): number {
  return sections.reduce((sum, { entries }) => sum + entries.length, 0);
}
