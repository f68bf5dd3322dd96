import { useEffect, useState } from 'react';

const locale = (): string | undefined => document.documentElement.lang || undefined;

/** Time of day, with the date where it is not of today. */
export function formatDate(time: number): string {
  const date = new Date(time);
  const today = date.toDateString() === new Date().toDateString();
  return new Intl.DateTimeFormat(locale(), {
    ...(today ? {} : { month: 'short', day: 'numeric' }),
    hour: '2-digit',
    minute: '2-digit',
  }).format(date);
}

/** The present time in Unix milliseconds, again every `interval` milliseconds; 0: it stands still. */
export function useNow(interval: number): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    if (interval <= 0) {
      return undefined;
    }
    const timer = window.setInterval(() => setNow(Date.now()), interval);
    return () => window.clearInterval(timer);
  }, [interval]);
  return now;
}
