/** Which runs are selected and which line has the focus. Pure. */
import type { Line } from './lines';
import type { RunTable } from './runTable';

export interface Selection {
  /** Ids of runs. */
  readonly runs: ReadonlySet<string>;
  /** Key of the line with the focus; `header` is the line of column names. */
  readonly focus: string | undefined;
  /** Index of the cell with the focus; -1: the line as a whole. */
  readonly cell: number;
  /** Where a range begins. */
  readonly anchor: string | undefined;
}

export const headerKey = 'header';
export const nothing: Selection = { runs: new Set(), focus: undefined, cell: -1, anchor: undefined };

export interface Place {
  readonly lines: readonly Line[];
  readonly table: RunTable;
}

/** The runs that a line stands for. */
export function runsOfLine(line: Line | undefined, table: RunTable): string[] {
  switch (line?.kind) {
    case 'run':
      return [table.id[line.slot] ?? ''];
    case 'group':
      return Array.from(line.group.slots, (slot) => table.id[slot] ?? '');
    default:
      return [];
  }
}

/** Where runs are seen. */
export interface Seen extends Place {
  /** Slots of the runs that pass the filter. */
  readonly runs: Int32Array;
  readonly baseline: number | undefined;
  readonly filter: unknown;
}

/**
 * The selected runs that actions concern: those that pass the filter, or whose row is there although they do not (the baseline; rows
 * that wait under the pointer). Nobody sees the others, so nothing is done to them.
 */
export function seenOf(selected: ReadonlySet<string>, { runs, baseline, filter, lines, table }: Seen): string[] {
  if (filter === undefined || selected.size === 0) {
    return [...selected];
  }
  const slots = new Set(runs);
  lines.forEach((line) => line.kind === 'run' && slots.add(line.slot));
  return [...selected].filter((id) => {
    const slot = table.slotOf(id);
    return slot !== undefined && (slot === baseline || slots.has(slot));
  });
}

export interface Modifiers {
  readonly shift?: boolean;
  /** Ctrl, on macOS Cmd. */
  readonly ctrl?: boolean;
}

/** A click on a line: it alone; Ctrl adds or takes away; Shift takes all from the anchor on, with Ctrl beside the others. */
export function click(
  state: Selection,
  place: Place,
  key: string,
  { shift = false, ctrl = false }: Modifiers,
): Selection {
  if (shift) {
    return range(state, place, key, ctrl);
  }
  const own = runsOfLine(
    place.lines.find((line) => line.key === key),
    place.table,
  );
  return { runs: ctrl ? toggled(state.runs, own) : new Set(own), focus: key, cell: -1, anchor: key };
}

/** Moves the focus to a line: alone selected; Shift extends; Ctrl moves only the focus. */
export function moveTo(
  state: Selection,
  place: Place,
  key: string,
  { shift = false, ctrl = false }: Modifiers,
): Selection {
  if (ctrl || key === headerKey) {
    return { ...state, focus: key, anchor: shift ? state.anchor : key };
  }
  if (shift) {
    return { ...range(state, place, key, false), cell: state.cell };
  }
  return { ...click(state, place, key, {}), cell: state.cell };
}

export function toggleFocused(state: Selection, place: Place): Selection {
  return state.focus === undefined || state.focus === headerKey
    ? state
    : { ...click(state, place, state.focus, { ctrl: true }), cell: state.cell };
}

/** All runs of the lines, also of closed groups and under closed parents. @param passing slots of the runs that pass the filter */
export function selectAll(state: Selection, { lines, table }: Place, passing: Iterable<number>): Selection {
  const runs = new Set(lines.flatMap((line) => runsOfLine(line, table)));
  const rest = [...passing].filter((slot) => !runs.has(table.id[slot] ?? ''));
  const under = rest.filter((slot) => isUnder(slot, runs, table)).map((slot) => table.id[slot] ?? '');
  return { ...state, runs: new Set([...runs, ...under]) };
}

/** Whether a run has one of these as its parent, or further up. */
function isUnder(slot: number, runs: ReadonlySet<string>, table: RunTable): boolean {
  const seen = new Set<string>();
  let parent = table.parent[slot] ?? '';
  // A tag can make a run its own ancestor.
  while (parent !== '' && !seen.has(parent)) {
    if (runs.has(parent)) {
      return true;
    }
    seen.add(parent);
    parent = table.parent[table.slotOf(parent) ?? -1] ?? '';
  }
  return false;
}

/** Forgets runs that are no longer there, and a focus whose line is gone: the nearest line gets it. */
export function cleaned(state: Selection, before: readonly Line[], place: Place): Selection {
  const isKept = (id: string): boolean => place.table.slotOf(id) !== undefined;
  const runs = everyOf(state.runs, isKept) ? state.runs : new Set([...state.runs].filter(isKept));
  const isThere = (key: string | undefined): boolean =>
    key === undefined || key === headerKey || indexOf(place.lines, key) >= 0;
  if (runs === state.runs && isThere(state.focus) && isThere(state.anchor)) {
    return state;
  }
  const keys = new Set(place.lines.map(({ key }) => key));
  const at = before.findIndex(({ key }) => key === state.focus);
  const after = before.slice(Math.max(0, at)).find(({ key }) => keys.has(key));
  const near = (after ?? before.slice(0, Math.max(0, at)).findLast(({ key }) => keys.has(key)))?.key;
  return {
    ...state,
    runs,
    focus: isThere(state.focus) ? state.focus : near,
    anchor: isThere(state.anchor) ? state.anchor : near,
  };
}

function range(state: Selection, { lines, table }: Place, key: string, adding: boolean): Selection {
  const anchor = state.anchor ?? state.focus ?? key;
  const [a, b] = [indexOf(lines, anchor), indexOf(lines, key)];
  const [from, to] = [Math.min(a < 0 ? b : a, b), Math.max(a, b)];
  const own = lines
    .slice(from, to + 1)
    .flatMap((line) => (line.kind === 'group' && line.open ? [] : runsOfLine(line, table)));
  return { runs: new Set([...(adding ? state.runs : []), ...own]), focus: key, cell: -1, anchor: lines[a]?.key ?? key };
}

/** As `every` of lists, without making one of thousands. */
export function everyOf(ids: Iterable<string>, holds: (id: string) => boolean): boolean {
  for (const id of ids) {
    if (!holds(id)) {
      return false;
    }
  }
  return true;
}

function toggled(runs: ReadonlySet<string>, own: readonly string[]): ReadonlySet<string> {
  const next = new Set(runs);
  const isOn = own.every((id) => runs.has(id));
  own.forEach((id) => (isOn ? next.delete(id) : next.add(id)));
  return next;
}

function indexOf(lines: readonly Line[], key: string): number {
  return lines.findIndex((line) => line.key === key);
}

/** Finds lines by the first letters of their names. */
export class TypeAhead {
  #text = '';
  #last = -Infinity;

  /**
   * Takes a letter; letters within 800 ms make one text, the same letter again and again goes from match to match.
   * @param names of all lines
   * @param from index of the focused line
   * @returns index of the line to go to
   */
  type(letter: string, time: number, names: readonly string[], from: number): number | undefined {
    const isNew = time - this.#last > 800;
    this.#text = (isNew ? '' : this.#text) + letter.toLowerCase();
    this.#last = time;
    const isRepeated = [...this.#text].every((each) => each === letter.toLowerCase());
    const wanted = isRepeated ? letter.toLowerCase() : this.#text;
    const start = isNew || isRepeated ? from + 1 : Math.max(0, from);
    for (let i = 0; i < names.length; i++) {
      const index = (start + i + names.length) % names.length;
      if (names[index]?.toLowerCase().startsWith(wanted) === true) {
        return index;
      }
    }
    return undefined;
  }

  /** Whether letters that came lately wait for more: then Space belongs to the text. */
  isTyping(time: number): boolean {
    return this.#text !== '' && time - this.#last <= 800;
  }
}
