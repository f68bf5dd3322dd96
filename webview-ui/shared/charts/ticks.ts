/** Marks of axes: at round values, with the shortest text that says them exactly. Pure. */
import type { Transform } from './transform';

export interface Tick {
  readonly value: number;
  readonly label: string;
}

/** Ticks at multiples of 1, 2 or 5 times a power of ten within [min, max]; at most `most`. */
export function linearTicks(min: number, max: number, most: number): Tick[] {
  return multiples(min, max, most).map((value) => ({ value, label: numberLabel(value) }));
}

/** Powers of ten within [min, max], both > 0; within few decades also their doubles and fivefolds. */
export function logTicks(min: number, max: number, most: number): Tick[] {
  const low = Math.floor(Math.log10(min));
  const high = Math.ceil(Math.log10(max));
  const inside = (value: number): boolean => value >= min && value <= max && value > 0;
  for (const factors of [[1, 2, 5], [1, 3], [1]]) {
    const found = decades(low, high, 1).flatMap((exponent) => factors.map((factor) => tenTo(exponent, factor)));
    const ticks = found.filter(inside);
    if (ticks.length >= 2 && ticks.length <= most) {
      return ticks.map((value) => ({ value, label: numberLabel(value) }));
    }
  }
  for (const stride of [2, 3, 5, 10, 20, 50, 100, 200]) {
    const ticks = decades(low, high, stride)
      .map((exponent) => tenTo(exponent, 1))
      .filter(inside);
    if (ticks.length >= 2 && ticks.length <= most) {
      return ticks.map((value) => ({ value, label: numberLabel(value) }));
    }
  }
  return linearTicks(min, max, most).filter(({ value }) => value > 0);
}

/** Powers of ten on both sides of 0, and 0; where these are too few or too many in the range, as on a logarithmic axis or evenly spaced. */
export function symlogTicks(min: number, max: number, most: number, { to }: Transform): Tick[] {
  const size = Math.max(Math.abs(min), Math.abs(max));
  const top = Math.floor(Math.log10(size));
  for (const stride of [1, 2, 3, 4, 6, 8, 12, 20, 50, 100]) {
    const low = to(min);
    const room = (to(max) - low) / most / 2;
    const sizes = Array.from({ length: 60 }, (_, i) => tenTo(top - i * stride, 1)).filter((each) => to(each) > room);
    const values = [...sizes.map((each) => -each), 0, ...sizes.reverse()].filter((each) => each >= min && each <= max);
    if (values.length <= most) {
      return values.length >= 2
        ? values.map((value) => ({ value, label: numberLabel(value) }))
        : min > 0
          ? logTicks(min, max, most)
          : linearTicks(min, max, most);
    }
  }
  return linearTicks(min, max, most);
}

const minute = 60;
const hour = 3600;
const day = 86_400;
const clockSteps = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800]
  .concat([1, 2, 3, 6, 12].map((hours) => hours * hour))
  .concat([1, 2, 5, 10, 20, 50, 100, 200, 500, 1000].map((days) => days * day));

/** Ticks of a time since a start, in seconds: `0`, `30s`, `1h`, `1h30m`, `2d`. */
export function durationTicks(min: number, max: number, most: number): Tick[] {
  const step = clockStep(min, max, most);
  if (step === undefined) {
    return multiples(min, max, most).map((value) => ({ value, label: shortDuration(value) }));
  }
  return steps(min, max, step).map((value) => ({ value, label: shortDuration(value) }));
}

/**
 * Ticks of the clock on the wall: `14:30`, at midnight the date `09-14`.
 * @param min Unix seconds
 * @param offset minutes that the local time is ahead of UTC at a time
 */
export function clockTicks(min: number, max: number, most: number, offset = localOffset): Tick[] {
  const shift = offset(min) * minute;
  const step = clockStep(min, max, most);
  const local = step === undefined ? multiples(min + shift, max + shift, most) : steps(min + shift, max + shift, step);
  return local.map((value) => ({ value: value - shift, label: clockLabel(value, step ?? 0) }));
}

/** `20k`, `1.5M`, `0.001`, `1e−4`, `−3`: the shortest of the exact forms. */
export function numberLabel(value: number): string {
  const rounded = Number(value.toPrecision(12));
  if (rounded === 0) {
    return '0';
  }
  const size = Math.abs(rounded);
  const forms: string[] = [];
  if (size >= 1e15 || size < 1e-3) {
    forms.push(rounded.toExponential().replace('e+', 'e'));
  } else {
    forms.push(String(rounded));
    for (const [unit, suffix] of [
      [1e3, 'k'],
      [1e6, 'M'],
      [1e9, 'G'],
      [1e12, 'T'],
    ] as const) {
      if (size >= unit) {
        forms.push(`${Number((rounded / unit).toPrecision(12))}${suffix}`);
      }
    }
  }
  const shortest = forms.reduce((best, form) => (form.length < best.length ? form : best));
  return shortest.replaceAll('-', '\u2212');
}

/** `45s`, `1h`, `1h30m`, `2d 6h`; parts of a second as they are. */
export function shortDuration(seconds: number): string {
  const size = Math.abs(seconds);
  if (size === 0) {
    return '0';
  }
  const sign = seconds < 0 ? '\u2212' : '';
  if (size < minute) {
    return `${sign}${Number(size.toPrecision(6))}s`;
  }
  const whole = Math.round(size);
  const parts = [
    [Math.floor(whole / day), 'd'],
    [Math.floor((whole % day) / hour), 'h'],
    [Math.floor((whole % hour) / minute), 'm'],
    [whole % minute, 's'],
  ] as const;
  return sign + parts.flatMap(([count, unit]) => (count > 0 ? [`${count}${unit}`] : [])).join('');
}

function localOffset(seconds: number): number {
  return -new Date(seconds * 1000).getTimezoneOffset();
}

function clockStep(min: number, max: number, most: number): number | undefined {
  if (max - min < 3) {
    return undefined;
  }
  return clockSteps.find((step) => Math.floor(max / step) - Math.ceil(min / step) + 1 <= most);
}

function clockLabel(local: number, step: number): string {
  const date = new Date(local * 1000);
  if (Number.isNaN(date.getTime())) {
    return numberLabel(local);
  }
  const text = date.toISOString();
  const [days = '', clock = ''] = text.split('T');
  if (local % day === 0) {
    return days.slice(5);
  }
  return step >= minute ? clock.slice(0, 5) : clock.slice(0, step >= 1 ? 8 : 12);
}

/** All multiples of the smallest of the round steps that gives at most `most`. */
/** More than so many marks of one axis are noise, whatever room there is. */
const usualMost = 6;

function multiples(min: number, max: number, most: number): number[] {
  // Near the ends of what doubles can hold, spans overflow or have no tenth.
  const size = Math.max(Math.abs(min), Math.abs(max));
  if (size > 1e300) {
    return multiples(min / 1e10, max / 1e10, most).map((value) => Number((value * 1e10).toPrecision(12)));
  }
  if (size > 0 && size < 1e-290) {
    return [...new Set(multiples(min * 1e30, max * 1e30, most).map((value) => value / 1e30))];
  }
  if (!(max > min)) {
    return [min];
  }
  let exponent = Math.floor(Math.log10((max - min) / most));
  let finer: number[] = [];
  for (;;) {
    for (const factor of [1, 2, 5]) {
      const step = tenTo(exponent, factor);
      const values = steps(min, max, step);
      if (values.length <= most) {
        // One or two say too little: from a step to the next there may be five, then one.
        return values.length < 3 && finer.length <= usualMost ? finer : values;
      }
      finer = values;
    }
    exponent++;
  }
}

function steps(min: number, max: number, step: number): number[] {
  const first = Math.ceil(min / step - 1e-9);
  const count = Math.floor(max / step + 1e-9) - first + 1;
  if (!(count >= 0 && count < 100)) {
    return new Array<number>(100).fill(min);
  }
  return Array.from({ length: count }, (_, i) => Number(((first + i) * step).toPrecision(12)));
}

/** Read as a decimal, so that 10^-4 times 3 is 3e-4 and not 3.0000000000000003e-4. */
function tenTo(exponent: number, factor: number): number {
  return Number(`${factor}e${exponent}`);
}

function decades(low: number, high: number, stride: number): number[] {
  const first = Math.ceil(low / stride) * stride;
  return Array.from({ length: Math.max(0, Math.floor((high - first) / stride) + 1) }, (_, i) => first + i * stride);
}
