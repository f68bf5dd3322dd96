import type { RunStatus } from '../../src/core/model';
import { EmptyState } from './states';
import { t } from './strings';

/** In place of metrics. @param of the one run that is looked at; undefined: several, to which others may come */
export function NoMetrics({ of }: { readonly of: { readonly status: RunStatus } | undefined }) {
  const isOver = of !== undefined && of.status !== 'RUNNING' && of.status !== 'SCHEDULED';
  return isOver ? (
    <EmptyState title={t('noMetricsAtEnd')} detail={t('noMetricsAtEndHint')} />
  ) : (
    <EmptyState title={t('noMetrics')} detail={t('noMetricsHint')} />
  );
}
