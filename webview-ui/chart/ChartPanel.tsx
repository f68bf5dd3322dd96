import { Charts } from '../shared/charts/Charts';
import { useChartRuns } from '../shared/charts/useChartRuns';
import type { ContentProps } from '../shared/mountPanel';

/** One metric of some runs, with an editor tab to itself. */
export function ChartPanel({ session, data }: ContentProps) {
  const { runs, looks } = useChartRuns(session, data.runs, false);
  const { subject } = data;
  const keys = subject.panel === 'chart' ? [subject.metric] : [];
  return <Charts session={session} runs={runs} keys={keys} looks={looks} isSingle={false} />;
}
