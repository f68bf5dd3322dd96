import type { PanelSubject } from '../../src/protocol/panels';
import { plainCharts, readChartsArrangement, withoutSettings, type ChartsArrangement } from './charts/arrangement';

/** What the user arranged in a panel, kept over reloads. Never data. The host restores the panel by `subject`. */
export interface PanelState {
  readonly subject?: PanelSubject | undefined;
  readonly tab: string;
  readonly charts: ChartsArrangement;
  /** Sections of the panel, other than those of charts, that were opened or closed by hand. */
  readonly sections: Readonly<Record<string, boolean>>;
  /** What is arranged in the table of an experiment, and which runs are drawn (`experiment/table/arrangement.ts`). */
  readonly table?: Readonly<Record<string, unknown>> | undefined;
  /** Pixels, by tab. */
  readonly scroll: Readonly<Record<string, number>>;
  /** Path of the artifact in the preview, and of the folders that are open. */
  readonly artifact: string;
  readonly folders: readonly string[];
}

const fresh: Omit<PanelState, 'charts'> = {
  tab: '',
  sections: {},
  scroll: {},
  artifact: '',
  folders: [],
};

/**
 * The state that an earlier page left behind, field by field, as it may be of an older version.
 * @param defaults of charts, as the settings say
 */
export function readPanelState(saved: unknown, defaults: ChartsArrangement = plainCharts): PanelState {
  const from = isRecord(saved) ? saved : {};
  const { tab, charts, sections, table, scroll, artifact, folders } = from;
  return {
    tab: typeof tab === 'string' ? tab : fresh.tab,
    charts: readChartsArrangement(charts, defaults),
    sections: entries(sections, (value): value is boolean => typeof value === 'boolean'),
    ...(isRecord(table) ? { table } : {}),
    scroll: entries(scroll, (value): value is number => typeof value === 'number'),
    artifact: typeof artifact === 'string' ? artifact : fresh.artifact,
    folders: texts(folders),
  };
}

/** Whether a page of a panel left this: each one keeps at once what it shows. */
export function isPanelState(saved: unknown): boolean {
  return isRecord(saved) && isRecord(saved['subject']);
}

/** Of which panel a page's state is, and when it was changed last. Earlier versions left none. */
export function readStamp(saved: unknown): { readonly panel: string; readonly at: number } | undefined {
  const { panel, at } = isRecord(saved) ? saved : {};
  return typeof panel === 'string' && typeof at === 'number' ? { panel, at } : undefined;
}

/** JSON of what is to be kept; `readPanelState` reads it with the defaults of then. */
export function keptState(state: PanelState, defaults: ChartsArrangement): Readonly<Record<string, unknown>> {
  return { ...state, charts: withoutSettings(state.charts, defaults) };
}

function isRecord(value: unknown): value is Partial<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((each) => typeof each === 'string') : [];
}

function entries<Value>(value: unknown, fits: (each: unknown) => each is Value): Record<string, Value> {
  const found: [string, Value][] = [];
  for (const [key, each] of isRecord(value) ? Object.entries(value) : []) {
    if (fits(each)) {
      found.push([key, each]);
    }
  }
  return Object.fromEntries(found);
}
