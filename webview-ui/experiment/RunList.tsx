import { useState, type KeyboardEvent } from 'react';
import type { PanelRun } from '../../src/protocol/panels';
import { formatAgo } from '../../src/core/format';
import { Find, IconButton, LinkButton } from '../shared/controls';
import { useNow } from '../shared/dates';
import { fromPanelInt64 } from '../shared/numbers';
import { unknownLook, type RunLook } from '../shared/palette';
import type { PanelSession } from '../shared/session';
import { t } from '../shared/strings';
import { statusWord, Swatch } from '../shared/Swatch';

interface Props {
  readonly session: PanelSession;
  readonly runs: readonly PanelRun[];
  readonly looks: ReadonlyMap<string, RunLook>;
  readonly hidden: readonly string[];
}

/** The legend of the charts: a click shows or hides a run's curves, with Alt only this run's. */
export function RunList({ session, runs, looks, hidden }: Props) {
  const [find, setFind] = useState('');
  const now = useNow(30_000);
  const wanted = find.trim().toLowerCase();
  const rows = runs.filter(({ name }) => name.toLowerCase().includes(wanted));
  const allIds = runs.map(({ id }) => id);
  const toggle = (id: string, only: boolean): void => {
    const next = only
      ? allIds.filter((each) => each !== id)
      : hidden.includes(id)
        ? hidden.filter((each) => each !== id)
        : [...hidden, id];
    session.arrange({ hidden: next });
  };
  return (
    <aside className="lb-runs" aria-label={t('runsList')}>
      <div className="lb-runs-head">
        <Find label={t('findRuns')} text={find} onChange={setFind} />
        <span className="lb-grow" />
        <LinkButton
          label={hidden.length > 0 ? t('showAll') : t('hideAll')}
          onAct={() => session.arrange({ hidden: hidden.length > 0 ? [] : allIds })}
        />
      </div>
      <ul onKeyDown={moveFocus}>
        {rows.map((run) => {
          const isShown = !hidden.includes(run.id);
          return (
            <li key={run.id} className={isShown ? undefined : 'lb-hidden'}>
              <button
                type="button"
                role="checkbox"
                aria-checked={isShown}
                aria-label={t('showInCharts', `${run.name}, ${statusWord(run.status)}`)}
                title={run.name}
                onClick={(event) => toggle(run.id, event.altKey)}
              >
                <Swatch status={run.status} look={looks.get(run.id) ?? unknownLook} hollow={!isShown} />
                <span className="lb-cut-text lb-grow">{run.name}</span>
                <span className="lb-count">{formatAgo(fromPanelInt64(run.startTime), now)}</span>
              </button>
              <IconButton
                icon="openInEditor"
                label={t('openRun', run.name)}
                onAct={() => session.act('openRun', { runId: run.id, toSide: false })}
              />
            </li>
          );
        })}
      </ul>
      {rows.length === 0 && <p className="lb-faint">{t('nothingFound', find)}</p>}
    </aside>
  );
}

/** Up and Down go from run to run. */
function moveFocus(event: KeyboardEvent<HTMLUListElement>): void {
  const sign = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
  const boxes = [...event.currentTarget.querySelectorAll<HTMLElement>('[role="checkbox"]')];
  const at = boxes.findIndex((box) => box.parentElement?.contains(document.activeElement));
  if (sign !== 0 && at >= 0) {
    event.preventDefault();
    boxes[at + sign]?.focus();
  }
}
