import { sayText, type SearchText } from '../../../src/core/search/messages';
import { t } from '../../shared/strings';

/** What is wrong with a query, in the user's language. */
export function queryReason(error: SearchText): string {
  return sayText(error, (key, args) => t(key, ...args));
}
