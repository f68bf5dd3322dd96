import { useEffect, useRef, useState } from 'react';
import { smoothingKinds, type Smoothing } from '../../../src/core/smoothing';
import { Select } from '../controls';
import { t } from '../strings';
import { amountAt, amountText, placeOf } from './smoothingAmount';

interface Props {
  readonly smoothing: Smoothing;
  readonly onChange: (smoothing: Smoothing) => void;
  /** No room for words. */
  readonly isCompact: boolean;
}

/** While the slider is moved, curves are asked for this often at most, milliseconds. */
const settleTime = 120;
const names = {
  ema: 'smoothEma',
  timeEma: 'smoothTimeEma',
  gaussian: 'smoothGaussian',
  mean: 'smoothMean',
  median: 'smoothMedian',
} as const;

/** How much and in which way curves are smoothed; all points take part, the raw curve stays behind. */
export function SmoothingControl({ smoothing, onChange, isCompact }: Props) {
  const [place, setPlace] = useState<number>();
  const timer = useRef<number | undefined>(undefined);
  useEffect(() => () => window.clearTimeout(timer.current), []);
  const shown = place ?? placeOf(smoothing);
  const move = (next: number): void => {
    setPlace(next);
    window.clearTimeout(timer.current);
    timer.current = window.setTimeout(() => {
      setPlace(undefined);
      onChange({ kind: smoothing.kind, amount: amountAt(smoothing.kind, next) });
    }, settleTime);
  };
  const text = amountText({ kind: smoothing.kind, amount: amountAt(smoothing.kind, shown) });
  return (
    <span className="lb-smoothing">
      <label className="lb-smoothing-slider" title={isCompact ? t('smoothing') : undefined}>
        {!isCompact && <span>{t('smoothing')}</span>}
        <input
          type="range"
          min={0}
          max={100}
          step={1}
          value={Math.round(shown * 100)}
          aria-label={t('smoothing')}
          aria-valuetext={text}
          style={{ '--lb-share': `${shown * 100}%` }}
          onChange={(event) => move(Number(event.target.value) / 100)}
        />
      </label>
      <span className="lb-smoothing-amount">{text}</span>
      <Select
        label={t('smoothingKind')}
        isBare
        value={smoothing.kind}
        options={smoothingKinds.map((kind) => ({ value: kind, label: t(names[kind]) }))}
        onChange={(kind) => {
          // A slider that still moves is not to bring the other kind back.
          window.clearTimeout(timer.current);
          setPlace(undefined);
          onChange({ kind, amount: amountAt(kind, shown) });
        }}
      />
    </span>
  );
}
