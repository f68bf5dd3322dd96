import { sayText, type SearchText } from '../../../src/core/search/messages';
import { t } from '../../shared/strings';

/** What is wrong with a query, in the user's language. */
export function queryReason(error: SearchText): string {
  return sayText(error, (key, args) => t(key, ...args));
}

/** The same as a sentence among others: MLflow's own words, which its clients know, end without a stop. */
export function queryReasonSentence(error: SearchText): string {
  const reason = queryReason(error);
  return /[.!?…。！？]$/u.test(reason) ? reason : `${reason}.`;
}
