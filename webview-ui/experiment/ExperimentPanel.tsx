import { useMemo } from 'react';
import { formatCount } from '../../src/core/format';
import { Charts } from '../shared/charts/Charts';
import { useChartRuns, useSame } from '../shared/charts/useChartRuns';
import { Button, LinkButton } from '../shared/controls';
import type { ContentProps } from '../shared/mountPanel';
import { EmptyState } from '../shared/states';
import { useStore } from '../shared/store';
import { t } from '../shared/strings';
import { useScroll } from '../shared/useScroll';
import { RunList } from './RunList';

/** The newest runs of an experiment: which they are, and their curves over each other. */
export function ExperimentPanel({ session, data }: ContentProps) {
  const hidden = useStore(session.state, (state) => state.hidden);
  const box = useScroll(session, 'charts');
  const all = useChartRuns(session, data.runs, false);
  const shownIds = useSame(all.runs.filter(({ id }) => !hidden.includes(id)).map(({ id }) => id));
  const shown = useMemo(() => all.runs.filter(({ id }) => shownIds.includes(id)), [all.runs, shownIds]);
  if (data.runs.length === 0) {
    return <EmptyState title={t('noRuns')} detail={t('noRunsHint')} />;
  }
  const showAll = (): void => session.arrange({ hidden: [] });
  return (
    <>
      <header className="lb-experiment-header">
        <h1 title={data.experimentName}>{data.experimentName}</h1>
        <span className="lb-dim lb-counts">
          {t('shownOf', formatCount(shown.length), formatCount(data.runs.length))}
        </span>
        {data.total > data.runs.length && (
          <>
            <span className="lb-dim lb-counts">
              {t('newestOf', formatCount(data.runs.length), formatCount(data.total))}
            </span>
            <LinkButton
              label={t('showMore')}
              onAct={() => {
                session.arrange({ limit: data.runs.length * 2 });
                session.refresh();
              }}
            />
          </>
        )}
        <span className="lb-grow" />
        {shown.length >= 2 && (
          <Button
            icon="compare"
            label={t('compareShown')}
            onAct={() => session.act('command', { command: 'compareSelected', runIds: shown.map(({ id }) => id) })}
          />
        )}
      </header>
      <div className="lb-experiment">
        <RunList session={session} runs={data.runs} looks={all.looks} hidden={hidden} />
        <div ref={box} className="lb-scroll">
          {shown.length === 0 ? (
            <EmptyState
              title={t('noneShown')}
              detail={t('noneShownHint')}
              actions={[{ label: t('showAll'), onAct: showAll }]}
            />
          ) : (
            <Charts session={session} runs={shown} keys={all.keys} looks={all.looks} isSingle={false} />
          )}
        </div>
      </div>
    </>
  );
}
