import { Loading } from '../shared/states';
import { t } from '../shared/strings';

const widths = [96, 120, 84, 104, 90, 112, 80, 100, 76, 118];

/** Rows that are to come. Nothing for 200 ms (`Loading`, and a delay in the style). */
export function LoadingTable() {
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
        <span className="lb-late">{t('loadingRuns')}</span>
      </div>
    </>
  );
}
