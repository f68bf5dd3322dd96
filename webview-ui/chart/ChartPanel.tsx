import { useMemo } from 'react';
import { Charts } from '../shared/charts/Charts';
import { useChartRuns } from '../shared/charts/useChartRuns';
import { LiveButton, useLiveRuns } from '../shared/LiveButton';
import type { ContentProps } from '../shared/mountPanel';

/** One metric of some runs, with an editor tab to itself. */
export function ChartPanel({ session, data }: ContentProps) {
  const { runs, looks, keys, better, digits } = useChartRuns(session, data, true);
  const live = useLiveRuns(session, data.runs);
  const { subject } = data;
  const metric = subject.panel === 'chart' ? subject.metric : '';
  // The others are for the x axis.
  const all = useMemo(() => [metric, ...keys.filter((key) => key !== metric)], [metric, keys]);
  return (
    <div className="lb-scroll">
      <Charts
        session={session}
        runs={runs}
        keys={all}
        looks={looks}
        better={better}
        digits={digits}
        isSingle={false}
        isOneChart
        extra={(isNarrow) => <LiveButton live={live} isNarrow={isNarrow} />}
      />
    </div>
  );
}
