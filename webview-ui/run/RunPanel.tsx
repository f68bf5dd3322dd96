import { formatCount } from '../../src/core/format';
import { Charts } from '../shared/charts/Charts';
import { useChartRuns } from '../shared/charts/useChartRuns';
import { TabPanel } from '../shared/controls';
import type { ContentProps } from '../shared/mountPanel';
import { EmptyState } from '../shared/states';
import { useStore } from '../shared/store';
import { t } from '../shared/strings';
import { TabStrip } from '../shared/TabStrip';
import { useScroll } from '../shared/useScroll';
import { Artifacts } from './Artifacts';
import { Overview } from './Overview';
import { RunHeader } from './RunHeader';

/** One run: what it is, its figures, its curves, its files. */
export function RunPanel({ session, data }: ContentProps) {
  const wanted = useStore(session.state, (state) => state.tab);
  const { runs, looks, keys, better, digits } = useChartRuns(session, data, false);
  const run = data.runs[0];
  if (!run) {
    return <EmptyState title={t('runGone')} detail={t('runGoneHint')} />;
  }
  const tabs = [
    { id: 'overview', label: t('overview') },
    { id: 'charts', label: t('charts'), count: formatCount(run.metrics.length) },
    { id: 'artifacts', label: t('artifacts') },
  ];
  const tab = tabs.some(({ id }) => id === wanted) ? wanted : 'charts';
  return (
    <>
      <RunHeader session={session} run={run} look={looks.get(run.id)} />
      <TabStrip
        session={session}
        runs={data.runs}
        label={run.name}
        tabs={tabs}
        current={tab}
        onChange={(id) => session.arrange({ tab: id })}
      />
      <TabPanel id={tab}>
        {tab === 'overview' && <Overview session={session} run={run} look={looks.get(run.id)} digits={digits} />}
        {tab === 'charts' && (
          <Scrolled session={session}>
            <Charts
              session={session}
              runs={runs}
              keys={keys}
              primary={data.primary}
              looks={looks}
              better={better}
              digits={digits}
              isSingle
            />
          </Scrolled>
        )}
        {tab === 'artifacts' && <Artifacts session={session} run={run} />}
      </TabPanel>
    </>
  );
}

function Scrolled({
  session,
  children,
}: {
  readonly session: ContentProps['session'];
  readonly children: React.ReactNode;
}) {
  const box = useScroll(session, 'charts');
  return (
    <div ref={box} className="lb-scroll">
      {children}
    </div>
  );
}
