/** Amounts of smoothing as places of a slider, from 0 (off) to 1. Pure. */
import type { Smoothing } from '../../../src/core/smoothing';

/** The slider's end: the weight of the past, points of a window, points of standard deviation. */
const most = { weight: 0.99, window: 1001, sigma: 250 };

/** The amount at a place of the slider; the same place means about as smooth a curve with each kind. */
export function amountAt(kind: Smoothing['kind'], place: number): number {
  const share = Math.min(1, Math.max(0, place));
  switch (kind) {
    case 'ema':
    case 'timeEma':
      return round(share * most.weight, 4);
    case 'gaussian':
      return share === 0 ? 0 : round(0.5 * (most.sigma / 0.5) ** share, 3);
    case 'mean':
    case 'median':
      // Windows are odd, so that they have a middle.
      return share === 0 ? 1 : 2 * Math.round((3 * (most.window / 3) ** share - 1) / 2) + 1;
  }
}

/** Where an amount is on the slider. */
export function placeOf({ kind, amount }: Smoothing): number {
  const place = ((): number => {
    switch (kind) {
      case 'ema':
      case 'timeEma':
        return amount / most.weight;
      case 'gaussian':
        return amount <= 0 ? 0 : Math.log(amount / 0.5) / Math.log(most.sigma / 0.5);
      case 'mean':
      case 'median':
        return amount <= 1 ? 0 : Math.log(amount / 3) / Math.log(most.window / 3);
    }
  })();
  return Math.min(1, Math.max(amount > (kind === 'mean' || kind === 'median' ? 1 : 0) ? 0.01 : 0, place));
}

/** `0.60`, `25`: what stands beside the slider. */
export function amountText({ kind, amount }: Smoothing): string {
  if (kind === 'ema' || kind === 'timeEma') {
    return amount.toFixed(2);
  }
  return kind === 'gaussian' ? String(round(amount, 1)) : amount <= 1 ? '0' : String(amount);
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
