/** Metrics of which less is better, by the defaults of the setting `labbook.metrics.lowerIsBetter` (ui.md 12). */
const lower = /loss|error|perplexity|rmse|mae|_ms$/i;

export function isLowerBetter(key: string): boolean {
  return lower.test(key);
}
