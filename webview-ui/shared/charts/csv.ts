/** A chart's points as comma-separated values: every one that was logged, in full precision. Pure. */
import { exactNumber } from '../../../src/core/format';
import type { RawPoints } from './rawPoints';

/** What stands before the value: `step`, `time`, `relative_seconds`, or a formula of metrics. */
export type CsvColumn = string;

/** First line of the file. */
export function csvHead(column: CsvColumn): string {
  return ['run_id', 'run', 'metric', csvCell(column), 'value'].join(',') + '\r\n';
}

/** A line for each point: times in UTC as ISO 8601, numbers so that they read back, a plain `-`. */
export function csvLines(points: RawPoints, name: string, metric: string, column: CsvColumn): string {
  const lead = [points.runId, name, metric].map(csvCell).join(',');
  const lines: string[] = [];
  points.x.forEach((x, part) => {
    const y = points.y[part];
    x.forEach((at, i) => {
      const place = column === 'time' ? isoTime(at) : exactNumber(at);
      lines.push(`${lead},${place},${valueText(y?.[i] ?? NaN)}\r\n`);
    });
  });
  return lines.join('');
}

/** Quoted where it must be; a text that a spreadsheet would take for a formula gets an apostrophe in front. */
export function csvCell(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

function valueText(value: number): string {
  return Number.isFinite(value) ? exactNumber(value) : Number.isNaN(value) ? 'NaN' : value > 0 ? 'inf' : '-inf';
}

function isoTime(seconds: number): string {
  const date = new Date(Math.round(seconds * 1000));
  return Number.isNaN(date.getTime()) ? exactNumber(seconds) : date.toISOString();
}
