import type { SearchError } from '../../../src/core/search/ast';
import { LinkButton } from '../../shared/controls';
import { t } from '../../shared/strings';
import type { QueryFix } from './queryFix';
import { queryReason } from './queryReason';

interface Props {
  readonly id: string;
  readonly error: SearchError;
  /** What should stand there. */
  readonly fix: QueryFix | undefined;
  readonly onFix: (fix: QueryFix) => void;
  readonly onHelp: () => void;
}

/** What is wrong with the query, under the place where it is; read aloud when it appears. */
export function QueryProblem({ id, error, fix, onFix, onHelp }: Props) {
  return (
    <div
      className="lb-query-problem"
      role="alert"
      id={id}
      data-place={error.offset}
      // The focus stays in the line, without which this goes.
      onMouseDown={(event) => event.preventDefault()}
    >
      <span>{queryReason(error)}</span>
      {fix && <LinkButton label={t('didYouMean', shortened(fix.text.trim()))} onAct={() => onFix(fix)} />}
      <LinkButton label={t('queryHelp')} onAct={onHelp} />
    </div>
  );
}

/** Of a long text its beginning and its end, where the change is. */
function shortened(text: string): string {
  const [half, letters] = [40, Array.from(text)];
  return letters.length <= 2 * half ? text : `${letters.slice(0, half).join('')}…${letters.slice(-half).join('')}`;
}
