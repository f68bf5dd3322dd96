import type { ReactNode } from 'react';
import { statusWord } from '../shared/Swatch';
import { t } from '../shared/strings';
import { judged } from './rowTexts';
import type { CellView } from './table/cellView';

interface Props {
  readonly view: CellView;
  /** Pixels of what stands beside the values of the column, also where a cell has none: values stand under each other. */
  readonly beside: number;
}

/** What stands in a cell that shows a value. Curves and names have components of their own. */
export function CellContent({ view, beside }: Props) {
  switch (view.kind) {
    case 'none':
      return (
        <>
          <span className="lb-faint">–</span>
          <Beside width={beside} />
        </>
      );
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
          <Beside width={beside} />
        </>
      );
    case 'spread':
      return (
        <>
          <span>{view.mean}</span>
          <Beside width={beside} className="lb-dim lb-spread">
            {view.std === undefined ? t('onlyOne') : t('plusMinus', view.std)}
          </Beside>
        </>
      );
    case 'number':
      return <NumberContent view={view} beside={beside} />;
    case 'trend':
      return null;
  }
}

function NumberContent({ view, beside }: Props & { readonly view: Extract<CellView, { kind: 'number' }> }) {
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
      <Beside
        width={beside}
        className={delta?.verdict === 'better' ? 'lb-delta lb-better' : 'lb-delta'}
        // Better is seen by green and weight; aloud it has a word.
        spoken={delta?.verdict && judged(delta.text, delta.verdict)}
      >
        {delta?.text}
      </Beside>
    </>
  );
}

interface BesideProps {
  readonly width: number;
  readonly className?: string;
  /** Instead of what is seen. */
  readonly spoken?: string | undefined;
  readonly children?: ReactNode;
}

/** The difference to the baseline, or the deviation of a group; else as much room, where the column has any. */
function Beside({ width, className, spoken, children }: BesideProps) {
  if (children === undefined) {
    return width === 0 ? null : <span style={{ minWidth: width }} />;
  }
  return (
    <span className={className} style={{ minWidth: width }} role={spoken && 'img'} aria-label={spoken}>
      {children}
    </span>
  );
}
