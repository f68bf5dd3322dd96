/** What a saved view holds, and its file: readable, and the same text for the same view. Pure. */
import { plainCharts, readChartsArrangement, type ChartsArrangement } from '../../shared/charts/arrangement';
import { freshArrangement, inOneLine, readArrangement, type Arrangement } from '../table/arrangement';

/** Which runs, in which order, with which columns and charts; never how large the parts of the panel are. */
export interface ViewContent {
  readonly table: Pick<Arrangement, 'query' | 'sort' | 'groupBy' | 'nested' | 'columns' | 'delta'>;
  readonly charts: ChartsArrangement;
}

/** What an experiment is opened with. */
export const freshView: ViewContent = { table: tableOf(freshArrangement), charts: plainCharts };

/** So many problems of a file are told. */
const mostProblems = 5;

export function contentOf(table: Arrangement, charts: ChartsArrangement): ViewContent {
  return { table: tableOf(table), charts };
}

function tableOf({ query, sort, groupBy, nested, columns, delta }: Arrangement): ViewContent['table'] {
  return { query, sort, groupBy, nested, columns, delta };
}

/** As JSON. What is empty is left out, and lists whose order means nothing are sorted: two saved views differ where they do. */
export function writeView({ table, charts }: ViewContent): string {
  const { columns } = table;
  // Which chart is shown large is a moment's matter.
  const kept = Object.fromEntries(Object.entries(charts).filter(([key]) => key !== 'large'));
  const content = {
    ...table,
    columns: { ...columns, removed: [...columns.removed].sort(), widths: sortedKeys(columns.widths) },
    charts: {
      ...kept,
      yScales: sortedKeys(charts.yScales),
      yZoom: sortedKeys(charts.yZoom),
      sections: sortedKeys(charts.sections),
      hidden: [...charts.hidden].sort(),
      sizes: sortedKeys(charts.sizes),
    },
  };
  return JSON.stringify(content, (key, value: unknown) =>
    // An empty order is not the order of a new panel.
    key !== 'sort' && isEmpty(value) ? undefined : value,
  );
}

/**
 * A view from a file that anybody may have written, field by field.
 * @returns with the places, such as `charts.smoothing`, of what does not fit and is left out; undefined where it is no JSON object
 */
export function readView(
  text: string,
): { readonly content: ViewContent; readonly problems: readonly string[] } | undefined {
  const raw = parsed(text);
  if (!isRecord(raw) || Array.isArray(raw)) {
    return undefined;
  }
  const table = tableOf(readArrangement(raw));
  const charts = { ...readChartsArrangement(raw['charts']), large: '' };
  const known = { ...table, charts };
  const { query } = raw;
  const given = typeof query === 'string' ? { ...raw, query: inOneLine(query) } : raw;
  return { content: { table, charts }, problems: lost(given, known, '').slice(0, mostProblems) };
}

export function isSameView(a: ViewContent, b: ViewContent): boolean {
  return writeView(a) === writeView(b);
}

/** A short text that views that are not the same do not share, but by a chance that nobody meets. */
export function printOf(content: ViewContent): string {
  const text = writeView(content);
  // FNV-1a of UTF-16 code units.
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) {
    hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193) >>> 0;
  }
  return `${text.length.toString(36)}-${hash.toString(36)}`;
}

/** Places of what was written and is not in what was read. */
function lost(raw: unknown, read: unknown, place: string): string[] {
  if (Array.isArray(raw)) {
    const kept = Array.isArray(read) ? new Set(read.map((each) => JSON.stringify(each))) : new Set<string>();
    return raw.flatMap((each, i) => (kept.has(JSON.stringify(each)) ? [] : [`${place}[${i}]`]));
  }
  if (isRecord(raw)) {
    const inside = isRecord(read) ? read : {};
    return Object.entries(raw).flatMap(([key, value]) =>
      lost(value, Object.hasOwn(inside, key) ? inside[key] : undefined, place === '' ? key : `${place}.${key}`),
    );
  }
  return Object.is(raw, read) || (raw === null && read === undefined) ? [] : [place];
}

function sortedKeys<Value>(record: Readonly<Record<string, Value>>): Record<string, Value> {
  return Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function isEmpty(value: unknown): boolean {
  return Array.isArray(value) ? value.length === 0 : isRecord(value) && Object.keys(value).length === 0;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is Partial<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
