import { useRef, type KeyboardEvent, type PointerEvent } from 'react';
import { t } from '../shared/strings';

interface Props {
  /** The upper part's share of the height. */
  readonly share: number;
  readonly onChange: (share: number) => void;
}

const usual = 0.45;
const [least, most] = [0.12, 0.85];

/** The line between table and charts: drag, arrows, double click for the usual height. */
export function Sash({ share, onChange }: Props) {
  const dragged = useRef(false);
  const set = (next: number): void => onChange(Math.min(most, Math.max(least, Math.round(next * 1000) / 1000)));
  const onMove = (event: PointerEvent<HTMLDivElement>): void => {
    const box = event.currentTarget.parentElement?.getBoundingClientRect();
    if (dragged.current && box && box.height > 0) {
      set((event.clientY - box.top) / box.height);
    }
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const steps: Partial<Record<string, number>> = { ArrowUp: -0.05, ArrowDown: 0.05 };
    const step = steps[event.key];
    if (step !== undefined) {
      event.preventDefault();
      set(share + step);
    }
  };
  return (
    <div
      className="lb-sash"
      role="separator"
      tabIndex={0}
      aria-orientation="horizontal"
      aria-label={t('resize')}
      aria-valuenow={Math.round(share * 100)}
      aria-valuemin={Math.round(least * 100)}
      aria-valuemax={Math.round(most * 100)}
      onPointerDown={(event) => {
        dragged.current = true;
        event.currentTarget.setPointerCapture(event.pointerId);
      }}
      onPointerMove={onMove}
      onPointerUp={() => (dragged.current = false)}
      onPointerCancel={() => (dragged.current = false)}
      onDoubleClick={() => onChange(usual)}
      onKeyDown={onKeyDown}
    />
  );
}
