import type { SearchError } from '../../../src/core/search/ast';
import { LinkButton } from '../../shared/controls';
import { t } from '../../shared/strings';
import { queryReason } from './queryReason';

interface Props {
  readonly id: string;
  readonly error: SearchError;
  /** The text that should stand there. */
  readonly fix: string | undefined;
  readonly onFix: (fix: string) => void;
  readonly onHelp: () => void;
}

/** What is wrong with the query, under the place where it is; read aloud when it appears. */
export function QueryProblem({ id, error, fix, onFix, onHelp }: Props) {
  return (
    <div className="lb-query-problem" role="alert" id={id} data-place={error.offset}>
      <span>{queryReason(error)}</span>
      {fix !== undefined && <LinkButton label={t('didYouMean', fix)} onAct={() => onFix(fix)} />}
      <LinkButton label={t('queryHelp')} onAct={onHelp} />
    </div>
  );
}
