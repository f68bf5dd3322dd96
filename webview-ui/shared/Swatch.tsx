import type { PanelRun } from '../../src/protocol/panels';
import { useRunMark, type RunMark } from './lostRuns';
import type { RunLook } from './palette';
import { t } from './strings';

interface Props {
  readonly status: RunMark;
  readonly look: RunLook;
  /** Not drawn in charts: the same shape, faint and hollow. */
  readonly hollow?: boolean;
}

/** A run's mark: its shape says the status, its colour and the bars that cut it say which line is the run's. */
export function Swatch({ status, look, hollow = false }: Props) {
  return (
    <svg
      className={hollow ? 'lb-swatch lb-hollow' : 'lb-swatch'}
      viewBox="0 0 16 16"
      role="img"
      aria-label={statusWord(status)}
      style={{ color: hollow ? undefined : look.colour }}
    >
      {shape(status, hollow)}
      {!hollow && bars(look.dashIndex)}
    </svg>
  );
}

/** The mark of a run, lost ones as such. */
export function RunSwatch({ run, look }: { readonly run: Pick<PanelRun, 'id' | 'status'>; readonly look: RunLook }) {
  return <Swatch status={useRunMark(run.id, run.status)} look={look} />;
}

/** A group's mark: a rounded square in the colour of its first run. */
export function GroupSwatch({ look }: { readonly look: RunLook }) {
  return (
    <svg className="lb-swatch" viewBox="0 0 16 16" aria-hidden="true" style={{ color: look.colour }}>
      <rect x={3} y={3} width={10} height={10} rx={2} fill="currentColor" />
      {bars(look.dashIndex)}
    </svg>
  );
}

export function statusWord(status: RunMark): string {
  switch (status) {
    case 'RUNNING':
      return t('running');
    case 'LOST':
      return t('lost');
    case 'SCHEDULED':
      return t('scheduled');
    case 'FINISHED':
      return t('finished');
    case 'FAILED':
      return t('failed');
    case 'KILLED':
      return t('killed');
  }
}

const ring = { cx: 8, cy: 8, r: 5.25, fill: 'none', stroke: 'currentColor', strokeWidth: 1.5 };
const stroke = { stroke: 'currentColor', strokeWidth: 1.5, strokeLinecap: 'round' } as const;

function shape(status: RunMark, hollow: boolean) {
  switch (status) {
    case 'FINISHED':
      return hollow ? <circle {...ring} r={4.25} /> : <circle cx={8} cy={8} r={5} fill="currentColor" />;
    case 'RUNNING':
      return (
        <>
          <circle {...ring} />
          <circle cx={8} cy={8} r={2.75} fill="currentColor" />
        </>
      );
    case 'LOST':
      return <circle {...ring} strokeDasharray="2.5 1.62" />;
    case 'FAILED':
      return (
        <>
          <circle {...ring} />
          <path d="M6.2 6.2l3.6 3.6M9.8 6.2L6.2 9.8" {...stroke} />
        </>
      );
    case 'KILLED':
      return (
        <>
          <circle {...ring} />
          <path d="M4.6 11.4l6.8-6.8" {...stroke} />
        </>
      );
    case 'SCHEDULED':
      return <circle {...ring} />;
  }
}

/** One to three upright cuts in the colour of the background. */
function bars(count: number) {
  return Array.from({ length: count }, (_, i) => (
    <rect key={i} className="lb-cut" x={8 - 0.75 + (i - (count - 1) / 2) * 3} y={1} width={1.5} height={14} />
  ));
}
