import { formatCount } from '../../src/core/format';
import { LinkButton } from '../shared/controls';
import { Loading } from '../shared/states';
import { useStore } from '../shared/store';
import { t } from '../shared/strings';
import type { ExperimentSession } from './experimentSession';

const widths = [96, 120, 84, 104, 90, 112, 80, 100, 76, 118];

/** Rows that are to come. Nothing for 200 ms (`Loading`, and a delay in the style). */
export function LoadingTable({ experiment }: { readonly experiment: ExperimentSession }) {
  const progress = useStore(experiment.session.tableRead, (each) => each);
  const text = progressText(progress?.read ?? 0, progress?.total);
  return (
    <>
      <Loading label={t('loadingRuns')} />
      <div className="lb-loading-rows" aria-hidden="true">
        {widths.map((width, index) => (
          <div key={width}>
            <i className="lb-skeleton" style={{ width }} />
            {[0, 1, 2, 3, 4, 5].map((column) => (
              <i key={column} className="lb-skeleton" style={{ width: 28 + ((index * 7 + column * 13) % 26) }} />
            ))}
          </div>
        ))}
      </div>
      <div className="lb-footer">
        <span className="lb-late lb-footer-part">
          <span>{text}</span>
          <LinkButton label={t('cancel')} onAct={() => experiment.reader.cancel()} />
        </span>
      </div>
    </>
  );
}

/** Where the server does not count its runs, only how many came is known. */
function progressText(read: number, total: number | undefined): string {
  if (total === undefined) {
    return read === 0 ? t('loadingRuns') : t('loadingSoFar', formatCount(read));
  }
  return t('loadingOf', formatCount(read), formatCount(total));
}
