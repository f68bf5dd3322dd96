/** What a column of the table shows, and the texts by which columns are kept in arrangements. Pure. */
import { attributeKeys, type ExportField } from '../../../src/protocol/experimentPanel';
import { metricAggregates, type ColumnId, type MetricAggregate } from '../../../src/protocol/tableTypes';

export type TableField =
  | ExportField
  /** The metric's curve at the size of a word. */
  | { readonly kind: 'trend'; readonly key: string };

/** Aggregates that people choose for a column. */
export const shownAggregates = ['last', 'min', 'max', 'mean'] as const satisfies readonly MetricAggregate[];
export type ShownAggregate = (typeof shownAggregates)[number];

/** Names a column in arrangements and as React's key; `fieldOf` reads it back. */
export function fieldId(field: TableField): string {
  switch (field.kind) {
    case 'metric':
      return `metric:${field.aggregate}:${field.key}`;
    case 'metricAt':
      return `at:${field.step}:${field.key}`;
    default:
      return `${field.kind}:${field.key}`;
  }
}

/** The field that a text of `fieldId` names; undefined for anything else. */
export function fieldOf(id: string): TableField | undefined {
  const [kind, rest] = cut(id);
  switch (kind) {
    case 'attribute': {
      const key = attributeKeys.find((each) => each === rest);
      return key && { kind, key };
    }
    case 'metric': {
      const [name, key] = cut(rest);
      const aggregate = metricAggregates.find((each) => each === name);
      return aggregate && { kind, key, aggregate };
    }
    case 'at': {
      const [text, key] = cut(rest);
      const step = Number(text);
      return Number.isSafeInteger(step) && text !== '' ? { kind: 'metricAt', key, step } : undefined;
    }
    case 'trend':
    case 'param':
    case 'tag':
      return { kind, key: rest };
    default:
      return undefined;
  }
}

function cut(text: string): [string, string] {
  const at = text.indexOf(':');
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}

/** Values come from the host by this id; undefined for what the rows themselves say and for curves. */
export function columnIdOf(field: TableField): ColumnId | undefined {
  return field.kind === 'attribute' || field.kind === 'trend' ? undefined : field;
}

export function columnIdsOf(fields: readonly TableField[]): ColumnId[] {
  return fields.flatMap((field) => columnIdOf(field) ?? []);
}

/** The columns that tell where a metric's value was logged: none for what is over all points. */
export function loggedAt(field: TableField): { readonly step?: TableField; readonly time?: TableField } {
  if (field.kind !== 'metric') {
    return {};
  }
  const of = (aggregate: MetricAggregate): TableField => ({ ...field, aggregate });
  switch (field.aggregate) {
    case 'last':
      return { step: of('step'), time: of('time') };
    case 'min':
      return { step: of('minStep') };
    case 'max':
      return { step: of('maxStep') };
    default:
      return {};
  }
}

/** A tag that people change where it stands; those of MLflow mean something to it. */
export function isOwnTag(field: TableField): boolean {
  return field.kind === 'tag' && !field.key.startsWith('mlflow.');
}

/** MLflow's own tags that say where a run comes from stand among the run's attributes. */
export const runTags = ['mlflow.user', 'mlflow.source.name', 'mlflow.source.git.commit'] as const;

export type Section = 'start' | 'metrics' | 'params' | 'tags' | 'run';

/** Under which title of the grouped header a field stands: the section, and of metrics the prefix of the key. */
export function placeOf(field: TableField): { section: Section; prefix: string } {
  switch (field.kind) {
    case 'attribute':
      return { section: field.key === 'name' || field.key === 'state' ? 'start' : 'run', prefix: '' };
    case 'param':
      return { section: 'params', prefix: '' };
    case 'tag':
      return { section: runTags.some((tag) => tag === field.key) ? 'run' : 'tags', prefix: '' };
    default:
      return { section: 'metrics', prefix: prefixOf(field.key) };
  }
}

/** What stands before the last `/` of a metric's key; empty where there is none. */
export function prefixOf(key: string): string {
  return key.slice(0, Math.max(0, key.lastIndexOf('/')));
}

/** The metric's name under its prefix. */
export function leafOf(key: string): string {
  return key.slice(key.lastIndexOf('/') + 1) || key;
}

/** Sampled by the machine's monitor: of interest only to who looks for it. */
export function isSystemMetric(key: string): boolean {
  return key.startsWith('system/');
}
