import { statusWord } from '../shared/Swatch';
import { t } from '../shared/strings';
import type { CellView } from './table/cellView';

/** What stands in a cell that shows a value. Curves and names have components of their own. */
export function CellContent({ view }: { readonly view: CellView }) {
  switch (view.kind) {
    case 'none':
      return <span className="lb-faint">–</span>;
    case 'waiting':
      return <i className="lb-skeleton" aria-hidden="true" />;
    case 'empty':
      return <span className="lb-faint">{t('emptyValue')}</span>;
    case 'state':
      return view.status === 'FINISHED' ? null : (
        <span className={view.status === 'FAILED' ? 'lb-error' : undefined}>
          {statusWord(view.status).toLowerCase()}
        </span>
      );
    case 'text':
      return (
        <>
          <span className={view.isDim ? 'lb-cut-text lb-dim' : 'lb-cut-text'}>{view.text}</span>
          {view.lines > 1 && <span className="lb-faint lb-more-lines">&nbsp;{t('moreLines', view.lines)}</span>}
        </>
      );
    case 'spread':
      return (
        <>
          <span>{view.mean}</span>
          <span className="lb-dim lb-spread">{view.std === undefined ? t('onlyOne') : t('plusMinus', view.std)}</span>
        </>
      );
    case 'number':
      return <NumberContent view={view} />;
    case 'trend':
      return null;
  }
}

function NumberContent({ view }: { readonly view: Extract<CellView, { kind: 'number' }> }) {
  const { text, isNaN, best, delta } = view;
  return (
    <>
      {best === undefined ? (
        <span className={isNaN ? 'lb-error' : undefined}>{text}</span>
      ) : (
        <b>
          <span className="lb-best" role="img" aria-label={t('best')}>
            {best === 'higher' ? '▲' : '▼'}
          </span>
          {text}
        </b>
      )}
      {delta && <span className={delta.isBetter ? 'lb-delta lb-better' : 'lb-delta'}>{delta.text}</span>}
    </>
  );
}
