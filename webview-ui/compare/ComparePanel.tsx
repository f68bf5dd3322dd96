import { formatCount } from '../../src/core/format';
import { Charts } from '../shared/charts/Charts';
import { useChartRuns } from '../shared/charts/useChartRuns';
import { TabPanel } from '../shared/controls';
import type { ContentProps } from '../shared/mountPanel';
import { unknownLook } from '../shared/palette';
import { EmptyState } from '../shared/states';
import { useStore } from '../shared/store';
import { t } from '../shared/strings';
import { RunSwatch } from '../shared/Swatch';
import { TabStrip } from '../shared/TabStrip';
import { useScroll } from '../shared/useScroll';
import { Differences } from './Differences';

/** Chosen runs side by side, and their curves over each other. */
export function ComparePanel({ session, data }: ContentProps) {
  const wanted = useStore(session.state, (state) => state.tab);
  const { runs, looks, keys, better, digits } = useChartRuns(session, data, true);
  const box = useScroll(session, 'charts');
  if (data.runs.length === 0) {
    return <EmptyState title={t('tooFewRuns')} detail={t('tooFewRunsHint')} />;
  }
  const tabs = [
    { id: 'charts', label: t('charts'), count: formatCount(keys.length) },
    { id: 'differences', label: t('differences') },
  ];
  const tab = wanted === 'differences' ? wanted : 'charts';
  return (
    <>
      <div className="lb-chips">
        {data.runs.map((run) => (
          <button
            key={run.id}
            type="button"
            className="lb-chip"
            title={t('openRun', run.name)}
            onClick={() => session.act('openRun', { runId: run.id, toSide: false })}
          >
            <RunSwatch run={run} look={looks.get(run.id) ?? unknownLook} />
            <span className="lb-cut-text">{run.name}</span>
          </button>
        ))}
      </div>
      <TabStrip
        session={session}
        runs={data.runs}
        label={t('compare')}
        tabs={tabs}
        current={tab}
        onChange={(id) => session.arrange({ tab: id })}
      />
      <TabPanel id={tab}>
        {tab === 'differences' ? (
          <Differences session={session} runs={data.runs} looks={looks} digits={digits} />
        ) : (
          <div ref={box} className="lb-scroll">
            <Charts
              session={session}
              runs={runs}
              keys={keys}
              primary={data.primary}
              looks={looks}
              better={better}
              digits={digits}
              isSingle={false}
            />
          </div>
        )}
      </TabPanel>
    </>
  );
}
