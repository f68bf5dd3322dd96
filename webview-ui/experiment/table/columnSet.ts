/** Which columns the table has, in which order. Pure. */
import type { KeyFacts } from '../../../src/protocol/tableTypes';
import type { Better } from '../../../src/core/metricDirection';
import type { PrimaryMetric } from './directions';
import {
  fieldId,
  fieldOf,
  isSystemMetric,
  leafOf,
  placeOf,
  prefixOf,
  type Section,
  type ShownAggregate,
  type TableField,
} from './fields';
import { naturalKey } from './naturalOrder';
import type { KeyCatalogue } from './runTable';

/** What the user arranged; texts are `fieldId`s. */
export interface ColumnChoice {
  readonly added: readonly string[];
  readonly removed: readonly string[];
  /** As dragged; columns that are not in it stand where they would without it. */
  readonly order: readonly string[];
  /** Stay at the left after Name. */
  readonly pinned: readonly string[];
  /** Pixels. */
  readonly widths: Readonly<Record<string, number>>;
  readonly onlyDiffering: boolean;
}

export const freshChoice: ColumnChoice = {
  added: [],
  removed: [],
  order: [],
  pinned: [],
  widths: {},
  onlyDiffering: true,
};

export interface ColumnFacts {
  readonly catalogue: KeyCatalogue;
  readonly primary: PrimaryMetric | undefined;
  readonly better: (key: string) => Better | undefined;
  readonly experiments: number;
  readonly runs: number;
  /** Some run is, or was, in another state than finished, which has no word: absent where that is not known. */
  readonly hasStates?: boolean;
}

/** So many of each kind are there without being asked for: an experiment may have 12,000 metrics. */
const mostMetrics = 24;
const mostParams = 40;
const mostTags = 20;

/** Params or tags in the order that people expect of names: p2 before p10. */
export function byName(facts: readonly KeyFacts[]): KeyFacts[] {
  const places = facts.map((fact) => ({ fact, place: naturalKey(fact.key) }));
  return places.sort((a, b) => (a.place < b.place ? -1 : a.place > b.place ? 1 : 0)).map(({ fact }) => fact);
}

/** The aggregate under which a metric is shown unless another one is chosen: its best where that is known, else its last. */
export function usualAggregate(facts: ColumnFacts, key: string): ShownAggregate {
  if (facts.primary?.key === key) {
    return facts.primary.aggregate;
  }
  const better = facts.better(key);
  return better === 'higher' ? 'max' : better === 'lower' ? 'min' : 'last';
}

/** Sections of metrics by prefix: the primary's first, then by name, what the monitor samples last. */
export function orderedMetrics(facts: ColumnFacts): KeyFacts[] {
  const { primary } = facts;
  const isNearPrimary = (key: string): boolean => primary !== undefined && prefixOf(key) === prefixOf(primary.key);
  // Without a primary metric, what is known to be good or bad is looked at first.
  const known = new Set(
    primary ? [] : facts.catalogue.metrics.filter(({ key }) => facts.better(key)).map(({ key }) => prefixOf(key)),
  );
  const rank = (key: string): number => {
    if (isSystemMetric(key)) {
      return 3;
    }
    return key === primary?.key ? 0 : isNearPrimary(key) || known.has(prefixOf(key)) ? 1 : 2;
  };
  const prefixes = new Map<string, string>();
  const prefixKey = (prefix: string): string => {
    const known = prefixes.get(prefix) ?? naturalKey(prefix);
    prefixes.set(prefix, known);
    return known;
  };
  return facts.catalogue.metrics
    .map((each) => ({
      each,
      rank: rank(each.key),
      prefix: prefixKey(prefixOf(each.key)),
      leaf: naturalKey(leafOf(each.key)),
    }))
    .sort((a, b) => a.rank - b.rank || byUnits(a.prefix, b.prefix) || byUnits(a.leaf, b.leaf))
    .map(({ each }) => each);
}

/** The columns of a table that nobody arranged. */
export function usualColumns(facts: ColumnFacts): TableField[] {
  const { primary, catalogue } = facts;
  const metrics = orderedMetrics(facts)
    .filter(({ key }) => !isSystemMetric(key))
    .slice(0, mostMetrics);
  const params = byName(catalogue.params).slice(0, mostParams);
  const tags = byName(catalogue.tags.filter(({ key }) => !key.startsWith('mlflow.'))).slice(0, mostTags);
  return [
    { kind: 'attribute', key: 'name' },
    { kind: 'attribute', key: 'state' },
    ...metrics.flatMap(({ key }): TableField[] => {
      const figure: TableField = { kind: 'metric', key, aggregate: usualAggregate(facts, key) };
      return key === primary?.key ? [figure, { kind: 'trend', key }] : [figure];
    }),
    ...params.map(({ key }): TableField => ({ kind: 'param', key })),
    ...tags.map(({ key }): TableField => ({ kind: 'tag', key })),
    ...(facts.experiments > 1 ? ([{ kind: 'attribute', key: 'experiment' }] as const) : []),
    { kind: 'attribute', key: 'started' },
    { kind: 'attribute', key: 'duration' },
  ];
}

export interface ColumnSet {
  /** Name first, then the pinned ones. */
  readonly fields: readonly TableField[];
  readonly pinned: number;
  /** How many "only differing" hides. */
  readonly equal: number;
}

/** The columns to show. @param isNarrow there is room for the name and one value: the primary metric stands first then */
export function columnSet(choice: ColumnChoice, facts: ColumnFacts, isNarrow = false): ColumnSet {
  const removed = new Set(choice.removed);
  const usual = isNarrow ? stateLast(usualColumns(facts)) : usualColumns(facts);
  const usualIds = new Set(usual.map(fieldId));
  const own = choice.added.flatMap((id) => fieldOf(id) ?? []).filter((field) => !usualIds.has(fieldId(field)));
  const candidates = withAdded(usual, own).filter((field) => isName(field) || !removed.has(fieldId(field)));
  const added = new Set(choice.added);
  const differs = differing(facts);
  const isHidden = (field: TableField): boolean =>
    choice.onlyDiffering && !added.has(fieldId(field)) && !differs(field);
  const shown = arranged(
    candidates.filter((field) => !isHidden(field)),
    choice.order,
  );
  const pinnedIds = new Set(choice.pinned);
  const isPinned = (field: TableField): boolean => isName(field) || pinnedIds.has(fieldId(field));
  const pinned = shown.filter((field) => isPinned(field));
  const first = pinned.filter((field) => isName(field));
  const others = pinned.filter((field) => !isName(field));
  return {
    fields: [...first, ...others, ...shown.filter((field) => !isPinned(field))],
    pinned: pinned.length,
    equal: candidates.length - shown.length,
  };
}

function stateLast(fields: readonly TableField[]): TableField[] {
  const isState = (field: TableField): boolean => field.kind === 'attribute' && field.key === 'state';
  return [...fields.filter((field) => !isState(field)), ...fields.filter(isState)];
}

function isName(field: TableField): boolean {
  return field.kind === 'attribute' && field.key === 'name';
}

/** Whether runs differ in a field. One run differs from nothing: then all columns are shown. */
function differing(facts: ColumnFacts): (field: TableField) => boolean {
  const { catalogue, primary, runs, hasStates = true } = facts;
  const keys = (list: readonly KeyFacts[]): ReadonlySet<string> =>
    new Set(list.filter((each) => each.differs).map(({ key }) => key));
  const sets = { metrics: keys(catalogue.metrics), params: keys(catalogue.params), tags: keys(catalogue.tags) };
  return (field) => {
    switch (field.kind) {
      case 'attribute':
        return field.key !== 'state' || runs < 2 || hasStates;
      case 'param':
        return runs < 2 || sets.params.has(field.key);
      case 'tag':
        return runs < 2 || sets.tags.has(field.key);
      default:
        return runs < 2 || field.key === primary?.key || sets.metrics.has(field.key);
    }
  };
}

const sectionRank: Readonly<Record<Section, number>> = { start: 0, metrics: 1, params: 2, tags: 3, run: 4 };

/** Puts each of `own` behind the last column of its section and prefix. */
function withAdded(usual: readonly TableField[], own: readonly TableField[]): TableField[] {
  const all = [...usual];
  for (const field of own) {
    const place = placeOf(field);
    const sameKey = all.findLastIndex((each) => each.kind !== 'attribute' && isSameMetric(each, field));
    const samePrefix = all.findLastIndex((each) => {
      const other = placeOf(each);
      return other.section === place.section && other.prefix === place.prefix;
    });
    const before = all.findLastIndex((each) => sectionRank[placeOf(each).section] <= sectionRank[place.section]);
    const at = sameKey >= 0 ? sameKey : samePrefix >= 0 ? samePrefix : before;
    all.splice(at + 1, 0, field);
  }
  return all;
}

function isSameMetric(a: TableField, b: TableField): boolean {
  return placeOf(a).section === 'metrics' && placeOf(b).section === 'metrics' && a.key === b.key;
}

/** As dragged: what is not in `order` follows the column that it follows without one. */
export function arranged(fields: readonly TableField[], order: readonly string[]): TableField[] {
  if (order.length === 0) {
    return [...fields];
  }
  const byId = new Map(fields.map((field) => [fieldId(field), field]));
  const placed = order.filter((id) => byId.has(id));
  const known = new Set(placed);
  let before: string | undefined;
  for (const id of byId.keys()) {
    if (!known.has(id)) {
      placed.splice(before === undefined ? 0 : placed.indexOf(before) + 1, 0, id);
      known.add(id);
    }
    before = id;
  }
  return placed.flatMap((id) => byId.get(id) ?? []);
}

/** The order after dragging a column before another one (undefined: to the end). */
export function moved(shown: readonly string[], id: string, before: string | undefined): string[] {
  if (id === before) {
    return [...shown];
  }
  const rest = shown.filter((each) => each !== id);
  const at = before === undefined ? rest.length : rest.indexOf(before);
  rest.splice(at < 0 ? rest.length : at, 0, id);
  return rest;
}

/** Shows or hides columns. */
export function withColumn(choice: ColumnChoice, id: string, isShown: boolean): ColumnChoice {
  const without = (list: readonly string[]): string[] => list.filter((each) => each !== id);
  return isShown
    ? { ...choice, added: [...without(choice.added), id], removed: without(choice.removed) }
    : {
        ...choice,
        added: without(choice.added),
        removed: [...without(choice.removed), id],
        pinned: without(choice.pinned),
      };
}

function byUnits(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
