/** Whether low or high values of a metric are better. Pure. */

export type Better = 'lower' | 'higher';

/** The defaults of the settings `labbook.metrics.lowerIsBetter` and `.higherIsBetter` (ui.md 12). */
const lower = /loss|error|perplexity|rmse|mae|_ms$/i;
const higher = /acc|f1|auc|reward|bleu|top5/i;

/** As the settings' defaults say; undefined where nothing fits. */
export function usuallyBetter(key: string): Better | undefined {
  return lower.test(key) ? 'lower' : higher.test(key) ? 'higher' : undefined;
}
