import { useEffect, useMemo, useRef, useState, type KeyboardEvent } from 'react';
import { formatCount } from '../../../src/core/format';
import type { XAxis } from '../../../src/protocol/extras';
import { Find, IconButton, Select, Toggle } from '../controls';
import { Icon } from '../Icon';
import type { RunLook } from '../palette';
import type { PanelSession } from '../session';
import { EmptyState } from '../states';
import { Store, useStore } from '../store';
import { t } from '../strings';
import { ChartCard } from './ChartCard';
import type { ChartRun, ChartsView, Hover } from './controller';
import { sectionsOf, type Section } from './sections';
import { Tooltip } from './Tooltip';

interface Props {
  readonly session: PanelSession;
  /** The runs that are drawn; of the same identity as long as nothing in them changes. */
  readonly runs: readonly ChartRun[];
  /** The metrics to show; may have some that none of the drawn runs has. */
  readonly keys: readonly string[];
  readonly looks: ReadonlyMap<string, RunLook>;
  readonly isSingle: boolean;
}

/** All points of all runs of one chart stay near this number, so that many runs do not slow the panel down. */
const pointsOfChart = 12_000;
/** Each curve gets about one bucket a pixel or two. */
const mostPoints = 400;

/** Charts of all metrics, in sections, with what they have in common: axis, zoom, cross-hair. */
export function Charts({ session, runs, keys, looks, isSingle }: Props) {
  const [find, setFind] = useState('');
  const [spoken, setSpoken] = useState('');
  const [hover] = useState(() => new Store<Hover | undefined>(undefined));
  const axis = useStore(session.state, (state) => state.x);
  const zoom = useStore(session.state, (state) => state.zoom);
  useLoaderQuery(session, runs, axis, zoom);
  const view = useMemo(
    (): ChartsView => ({ session, hover, runs, looks, isSingle, axis, zoom, say: setSpoken }),
    [session, hover, runs, looks, isSingle, axis, zoom],
  );
  const sections = useMemo(() => {
    const wanted = find.trim().toLowerCase();
    return sectionsOf(keys.filter((key) => key.toLowerCase().includes(wanted)));
  }, [keys, find]);
  const columns = sections.reduce((most, section) => Math.max(most, section.keys.length), 1);

  if (keys.length === 0) {
    return <EmptyState title={t('noMetrics')} detail={t('noMetricsHint')} />;
  }
  return (
    <div className="lb-charts">
      <ChartBar session={session} find={find} onFind={setFind} />
      {sections.length === 0 && <EmptyState title={t('noChartFound', find)} />}
      <Grid view={view} sections={sections} columns={Math.min(6, Math.max(2, columns))} />
      <Tooltip view={view} />
      <div className="lb-spoken" aria-live="polite">
        {spoken}
      </div>
    </div>
  );
}

function useLoaderQuery(
  session: PanelSession,
  runs: readonly ChartRun[],
  axis: XAxis,
  range: ChartsView['zoom'],
): void {
  const ids = runs.map(({ id }) => id).join(' ');
  useEffect(() => {
    const runIds = ids === '' ? [] : ids.split(' ');
    const maxPoints = Math.round(Math.min(mostPoints, Math.max(120, pointsOfChart / Math.max(1, runIds.length))));
    session.loader.configure({ runIds, axis, range, maxPoints });
  }, [session, ids, axis, range]);
}

interface BarProps {
  readonly session: PanelSession;
  readonly find: string;
  readonly onFind: (text: string) => void;
}

function ChartBar({ session, find, onFind }: BarProps) {
  const state = useStore(session.state, (each) => each);
  const axes: { value: XAxis; label: string }[] = [
    { value: 'step', label: t('step') },
    { value: 'relative', label: t('timeSinceStart') },
    { value: 'time', label: t('wallTime') },
  ];
  return (
    <div className="lb-toolbar" role="toolbar" aria-label={t('chartBar')}>
      <Find label={t('findCharts')} text={find} onChange={onFind} />
      <Select
        label={t('xAxis')}
        value={state.x}
        options={axes}
        onChange={(x) => session.arrange({ x, zoom: undefined })}
      />
      <Toggle
        label={t('logY')}
        title={t('logYHint')}
        on={state.logY}
        onChange={(logY) => session.arrange({ logY, oddLog: [] })}
      />
      {state.zoom && (
        <IconButton icon="unzoom" label={t('resetZoom')} onAct={() => session.arrange({ zoom: undefined })} />
      )}
    </div>
  );
}

interface GridProps {
  readonly view: ChartsView;
  readonly sections: readonly Section[];
  readonly columns: number;
}

/** One stop of the Tab key; arrows go from chart to chart, Enter into one (ui.md 4). */
function Grid({ view, sections, columns }: GridProps) {
  const grid = useRef<HTMLDivElement>(null);
  const [current, setCurrent] = useState('');
  const byHand = useStore(view.session.state, (state) => state.sections);
  const isOpen = ({ id, open }: Section): boolean => byHand[id] ?? open;
  const shown = sections.filter(isOpen).flatMap(({ keys }) => keys);
  const stop = shown.includes(current) ? current : shown[0];
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.target instanceof HTMLElement && event.target.classList.contains('lb-chart-frame')) {
      const next = neighbour(grid.current, event.target, event.key);
      if (next) {
        event.preventDefault();
        next.focus();
      }
    }
  };
  return (
    <div ref={grid} className="lb-grid" onKeyDown={onKeyDown}>
      {sections.map((section) => (
        <section key={section.id} aria-label={section.title || t('metrics')}>
          <button
            type="button"
            className="lb-section"
            aria-expanded={isOpen(section)}
            onClick={() => view.session.arrange({ sections: { ...byHand, [section.id]: !isOpen(section) } })}
          >
            <Icon name={isOpen(section) ? 'chevronDown' : 'chevronRight'} />
            <span className="lb-cut-text">{section.title || t('metrics')}</span>
            <span className="lb-count">{formatCount(section.keys.length)}</span>
          </button>
          {isOpen(section) && (
            <div className="lb-section-charts" style={{ '--lb-columns': columns }}>
              {section.keys.map((key) => (
                <ChartCard key={key} view={view} metric={key} isStop={key === stop} onFocus={() => setCurrent(key)} />
              ))}
            </div>
          )}
        </section>
      ))}
    </div>
  );
}

/** The chart beside, or the nearest of the row above or below. */
function neighbour(grid: HTMLElement | null, from: HTMLElement, key: string): HTMLElement | undefined {
  const frames = [...(grid?.querySelectorAll<HTMLElement>('.lb-chart-frame') ?? [])];
  const at = frames.indexOf(from);
  const own = from.getBoundingClientRect();
  const offLeft = (frame: HTMLElement): number => Math.abs(frame.getBoundingClientRect().left - own.left);
  const rows = (sign: number): HTMLElement[] => {
    const beyond = frames.filter((frame) => sign * (frame.getBoundingClientRect().top - own.top) > 4);
    const distance = Math.min(...beyond.map((frame) => sign * frame.getBoundingClientRect().top));
    return beyond.filter((frame) => Math.abs(sign * frame.getBoundingClientRect().top - distance) < 4);
  };
  switch (key) {
    case 'ArrowLeft':
      return frames[at - 1];
    case 'ArrowRight':
      return frames[at + 1];
    case 'ArrowUp':
      return rows(-1).sort((a, b) => offLeft(a) - offLeft(b))[0];
    case 'ArrowDown':
      return rows(1).sort((a, b) => offLeft(a) - offLeft(b))[0];
    default:
      return undefined;
  }
}
