import { useRef } from 'react';
import type { PanelRun } from '../../src/protocol/panels';
import { useWidth } from './charts/useWidth';
import { Tabs, type TabsProps } from './controls';
import { LiveButton, useLiveRuns } from './LiveButton';
import type { PanelSession } from './session';

interface Props extends TabsProps {
  readonly session: PanelSession;
  readonly runs: readonly PanelRun[];
}

/** Below, labels become icons (ui.md 10). */
const narrow = 900;

/** The tabs of a panel of chosen runs, and at their end whether it is live. */
export function TabStrip({ session, runs, ...tabs }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const width = useWidth(box);
  const live = useLiveRuns(session, runs);
  return (
    <div ref={box} className="lb-tab-strip">
      <Tabs {...tabs} />
      <LiveButton live={live} isNarrow={width > 0 && width < narrow} />
    </div>
  );
}
