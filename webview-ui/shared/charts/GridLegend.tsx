import { useMemo, useState, useSyncExternalStore } from 'react';
import { useStore } from '../store';
import type { ChartsView } from './controller';
import { Legend } from './Legend';
import { arrangedSections } from './sections';
import { useChartCurves } from './useChartData';

interface Props {
  readonly view: ChartsView;
  readonly keys: readonly string[];
  /** The primary metric, where the panel knows it. */
  readonly primary: string | undefined;
}

/** The list of runs beside many charts: with the values of the chart that the cross-hair was in last. */
export function GridLegend({ view, keys, primary }: Props) {
  const { pinned, hidden, order, sectionOrder } = useStore(view.session.state, (state) => state.charts);
  const hovered = useSyncExternalStore(view.hover.subscribe, () => view.hover.get()?.key);
  const [last, setLast] = useState(hovered);
  if (hovered !== undefined && hovered !== last) {
    setLast(hovered);
  }
  const first = useMemo(
    () => arrangedSections(keys, { pinned, hidden, order, sectionOrder }, primary)[0]?.keys[0],
    [keys, pinned, hidden, order, sectionOrder, primary],
  );
  const metric = last !== undefined && keys.includes(last) ? last : (first ?? '');
  const { curves } = useChartCurves(view, metric, { isNear: metric !== '', isInSight: true, room: 0 });
  return <Legend view={view} curves={curves} metric={metric} isNamed />;
}
