import { formatCount } from '../../src/core/format';
import { t } from '../shared/strings';
import type { ColumnView } from './table/columnView';
import type { Section, TableField } from './table/fields';

/** The title over the columns of a section. */
export function sectionTitle(section: Section, prefix: string): string {
  switch (section) {
    case 'start':
      return '';
    case 'metrics':
      return prefix === '' ? t('metrics') : prefix;
    case 'params':
      return t('parameters');
    case 'tags':
      return t('tags');
    case 'run':
      return t('sectionRun');
  }
}

/** The name of a column under its section's title. */
export function columnLabel(field: TableField, label: string): string {
  if (field.kind === 'attribute') {
    return {
      name: t('name'),
      state: t('state'),
      experiment: t('experiment'),
      started: t('startedColumn'),
      ended: t('endedColumn'),
      duration: t('duration'),
      id: t('runId'),
    }[field.key];
  }
  if (field.kind === 'tag') {
    const own: Partial<Record<string, string>> = {
      'mlflow.user': t('user'),
      'mlflow.source.name': t('source'),
      'mlflow.source.git.commit': t('commit'),
    };
    return own[field.key] ?? label;
  }
  return label;
}

/** What stands small behind the name: which of a metric's values it is. */
export function columnSuffix(field: TableField): string {
  switch (field.kind) {
    case 'metric':
      return {
        last: t('lastSuffix'),
        min: t('minSuffix'),
        max: t('maxSuffix'),
        mean: t('meanSuffix'),
        step: t('stepSuffix'),
        time: t('timeSuffix'),
        minStep: t('minStepSuffix'),
        maxStep: t('maxStepSuffix'),
        count: t('countSuffix'),
      }[field.aggregate];
    case 'metricAt':
      return t('atStepSuffix', formatCount(field.step));
    case 'trend':
      return t('trendSuffix');
    default:
      return '';
  }
}

/** The whole name of a column, as it is read aloud: `val/acc max`, `optim.lr`. */
export function columnName({ field, label }: Pick<ColumnView, 'field' | 'label'>): string {
  const suffix = columnSuffix(field);
  const name = field.kind === 'attribute' || field.kind === 'tag' ? columnLabel(field, label) : field.key;
  return suffix === '' ? name : `${name} ${suffix}`;
}

/** The name over what `exactCell` gives: with the unit, where what is shown has one and the bare number lacks it. */
export function exactName(column: Pick<ColumnView, 'field' | 'label'>): string {
  const { field } = column;
  return field.kind === 'attribute' && field.key === 'duration' ? t('durationSeconds') : columnName(column);
}
