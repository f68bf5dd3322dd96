import { formatAgo, formatCount, formatDuration, formatInstant } from '../../src/core/format';
import type { PanelCommand, PanelRun } from '../../src/protocol/panels';
import { IconButton } from '../shared/controls';
import { useNow } from '../shared/dates';
import { Icon } from '../shared/Icon';
import { durationOf, fromPanelInt64 } from '../shared/numbers';
import { unknownLook, type RunLook } from '../shared/palette';
import type { PanelSession } from '../shared/session';
import { t } from '../shared/strings';
import { useRunMark } from '../shared/lostRuns';
import { statusWord, Swatch } from '../shared/Swatch';

interface Props {
  readonly session: PanelSession;
  readonly run: PanelRun;
  readonly look: RunLook | undefined;
}

export function RunHeader({ session, run, look = unknownLook }: Props) {
  const mark = useRunMark(run.id, run.status);
  const command = (name: PanelCommand) => () => session.act('command', { command: name, runIds: [run.id] });
  return (
    <header className="lb-run-header">
      <div className="lb-run-name">
        <Swatch status={mark} look={look} />
        <h1 title={run.name}>{run.name}</h1>
        <IconButton icon="edit" label={t('rename')} onAct={command('rename')} />
        <span className={run.status === 'FAILED' ? 'lb-badge lb-failed' : 'lb-badge'}>{statusWord(mark)}</span>
        {run.stage === 'deleted' && <span className="lb-badge">{t('inTrash')}</span>}
      </div>
      <Facts run={run} onCopyId={command('copyId')} />
    </header>
  );
}

function Facts({ run, onCopyId }: { readonly run: PanelRun; readonly onCopyId: () => void }) {
  const isRunning = run.status === 'RUNNING';
  const now = useNow(isRunning ? 1000 : 30_000);
  const started = fromPanelInt64(run.startTime);
  const duration = durationOf(run, now);
  const instant = formatInstant(started, document.documentElement.lang || undefined);
  const step = run.metrics.reduce((most, metric) => Math.max(most, Number(metric.step)), 0);
  return (
    <div className="lb-facts">
      <span>
        <Icon name="beaker" />
        <span className="lb-cut-text" title={run.experimentName}>
          {run.experimentName}
        </span>
      </span>
      <span title={`${instant.local}\n${instant.utc}`}>
        <Icon name="history" />
        {t('started', formatAgo(started, now))}
      </span>
      {duration !== undefined && (
        <span title={t('duration')}>
          <Icon name="watch" />
          {formatDuration(isRunning ? Math.floor(duration / 1000) * 1000 : duration)}
        </span>
      )}
      {run.metrics.length > 0 && (
        <span>
          <Icon name="pulse" />
          {t('atStep', formatCount(step))}
        </span>
      )}
      <span>
        <Icon name="key" />
        <span className="lb-mono" title={run.id}>
          {run.id.slice(0, 8)}
        </span>
        <IconButton icon="copy" label={t('copyId')} onAct={onCopyId} />
      </span>
    </div>
  );
}
