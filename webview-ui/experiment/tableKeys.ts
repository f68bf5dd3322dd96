import type { KeyboardEvent, RefObject } from 'react';
import { anchorOf } from '../shared/Popup';
import { headerRowId } from './Header';
import { groupName } from './rowTexts';
import { copyCells, copyRuns, deleteRuns, undoDeletion } from './runCommands';
import type { ExperimentSession } from './experimentSession';
import { commandOf, type TableCommand } from './table/keys';
import { isOwnTag } from './table/fields';
import type { Line } from './table/lines';
import {
  headerKey,
  moveTo,
  nothing,
  runsOfLine,
  seenOf,
  selectAll,
  toggleFocused,
  TypeAhead,
  type Place,
} from './table/selection';
import { clicked } from './table/sorting';
import type { OpenMenu } from './TableMenus';
import type { TableView } from './tableModel';
import type { ColumnLayout, PlacedColumn } from './useColumns';
import type { Editing } from './useRowActions';

interface Context {
  readonly experiment: ExperimentSession;
  readonly place: Place;
  readonly layout: ColumnLayout;
  readonly view: TableView;
  readonly pageSize: () => number;
  /** Scrolls until the line is in view. */
  readonly reveal: (key: string) => void;
  readonly revealColumn: (column: PlacedColumn | undefined) => void;
  readonly edit: (editing: Editing) => void;
  readonly openMenu: (menu: OpenMenu) => void;
  readonly scroller: RefObject<HTMLElement | null>;
}

const typeAhead = new TypeAhead();
const isMac = navigator.userAgent.includes('Mac');

/** What the keys do while the table has the focus. */
export function tableKeys(context: Context): (event: KeyboardEvent) => void {
  return (event) => {
    const isOwn = event.target === context.scroller.current;
    const command = isOwn ? commandOf(event, isMac) : undefined;
    if (command && run(command, context, event.timeStamp)) {
      event.preventDefault();
      event.stopPropagation();
    }
  };
}

/** @returns whether it did something */
function run(command: TableCommand, context: Context, time: number): boolean {
  const { experiment, place } = context;
  const { selection } = experiment;
  const state = selection.get();
  const line = place.lines.find(({ key }) => key === state.focus);
  switch (command.do) {
    case 'move':
      move(command, context);
      return true;
    case 'cell':
      goSideways(command.sign, line, context);
      return true;
    case 'toggle':
      selection.set(toggleFocused(state, place));
      return true;
    case 'all':
      selection.set(selectAll(state, place, context.view.runs));
      return true;
    case 'shown':
      if (typeAhead.isTyping(time)) {
        return goToName(' ', time, context);
      }
      toggleShown(context, line);
      return true;
    case 'open':
      return open(command, line, context);
    case 'rename':
      return startEdit(line, context);
    case 'delete':
      deleteRuns(experiment, targets(context, line));
      return true;
    case 'undo':
      undoDeletion(experiment);
      return true;
    case 'copy':
      copy(line, context);
      return true;
    case 'find':
      focusQuery();
      return true;
    case 'escape':
      if (state.runs.size === 0) {
        return false;
      }
      selection.set({ ...nothing, focus: state.focus, anchor: state.focus });
      return true;
    case 'menu':
      openMenu(line, context);
      return true;
    case 'type':
      return goToName(command.letter, time, context);
  }
}

/** With a cell in focus its value; else whole runs. */
function copy(line: Line | undefined, context: Context): void {
  const { experiment, layout, view } = context;
  const column = layout.columns[experiment.selection.get().cell]?.view;
  if (!column || !line || line.kind === 'gone') {
    copyRuns(experiment, view, 'tsv', targets(context, line));
    return;
  }
  copyCells(experiment, view, column.field, line);
}

/**
 * The selected runs that are seen, as the footer counts them, wherever the focus is; where none is selected those of the focused line.
 * Where the filter hides all that is selected there are none: nobody chose the line that the focus went to.
 */
function targets({ experiment, place, view }: Context, line: Line | undefined): string[] {
  const { runs } = experiment.selection.get();
  return runs.size > 0 ? seenOf(runs, view) : runsOfLine(line, place.table);
}

function move({ by, sign, shift, ctrl }: Extract<TableCommand, { do: 'move' }>, context: Context): void {
  const { experiment, place, reveal } = context;
  const { lines } = place;
  const state = experiment.selection.get();
  const at = lines.findIndex(({ key }) => key === state.focus);
  const isHeader = state.focus === headerKey;
  if (by === 'line' && sign < 0 && (at === 0 || isHeader)) {
    // A range of runs ends at the first one.
    if (!shift) {
      experiment.selection.set(moveTo(state, place, headerKey, {}));
    }
    return;
  }
  const steps = by === 'line' ? 1 : by === 'page' ? context.pageSize() : lines.length;
  const from = isHeader ? -1 : at < 0 ? (sign > 0 ? -1 : lines.length) : at;
  const target = lines[Math.max(0, Math.min(lines.length - 1, from + sign * steps))];
  if (target) {
    const next = moveTo(state, place, target.key, { shift, ctrl });
    experiment.selection.set(isHeader ? { ...next, cell: -1 } : next);
    reveal(target.key);
  }
}

/** Closes and opens groups; else goes from cell to cell. */
function goSideways(sign: 1 | -1, line: Line | undefined, context: Context): void {
  const { experiment, layout, place, reveal, revealColumn } = context;
  const state = experiment.selection.get();
  const canOpen = line?.kind === 'group' || (line?.kind === 'run' && line.children > 0);
  if (canOpen && state.cell < 0 && line.open !== sign > 0) {
    experiment.toggleOpen(line.key);
    return;
  }
  const depth = line?.kind === 'run' || line?.kind === 'group' ? line.depth : 0;
  if (sign < 0 && state.cell < 0 && depth > 0) {
    const at = place.lines.findIndex(({ key }) => key === line?.key);
    const parent = place.lines.slice(0, at).findLast((each) => each.kind !== 'gone' && each.depth < depth);
    if (parent) {
      experiment.selection.set(moveTo(state, place, parent.key, {}));
      reveal(parent.key);
    }
    return;
  }
  const first = state.focus === headerKey ? 0 : -1;
  const present = Math.max(first, state.cell);
  const cell = Math.max(first, Math.min(layout.columns.length - 1, present + sign));
  experiment.selection.set({ ...state, cell });
  revealColumn(layout.columns[cell]);
}

function toggleShown(context: Context, line: Line | undefined): void {
  const { experiment, place } = context;
  const ids = targets(context, line);
  const isShown = (id: string): boolean => experiment.isShown(place.table.slotOf(id) ?? -1);
  if (ids.length > 0) {
    experiment.setShown(ids, !ids.every(isShown));
  }
}

function open(
  { toSide, adding }: { toSide: boolean; adding: boolean },
  line: Line | undefined,
  context: Context,
): boolean {
  const { experiment, layout, view } = context;
  const { focus, cell } = experiment.selection.get();
  if (focus === headerKey) {
    const column = layout.columns[Math.max(0, cell)];
    if (column && column.view.field.kind !== 'trend') {
      experiment.arrange({ sort: clicked(view.sort, column.view.id, adding) });
    }
    return true;
  }
  if (line?.kind === 'group') {
    experiment.toggleOpen(line.key);
    return true;
  }
  if (line?.kind === 'run') {
    experiment.open(view.table.id[line.slot] ?? '', toSide);
    return true;
  }
  return false;
}

/** The cell with the focus where it holds a tag, else the name. */
function startEdit(line: Line | undefined, { experiment, layout, edit }: Context): boolean {
  if (line?.kind !== 'run' || !experiment.canWrite) {
    return false;
  }
  const focused = layout.columns[experiment.selection.get().cell]?.view;
  edit({ key: line.key, field: focused && isOwnTag(focused.field) ? focused.id : 'attribute:name' });
  return true;
}

function openMenu(line: Line | undefined, { experiment, layout, scroller, openMenu: show }: Context): void {
  const { focus, cell } = experiment.selection.get();
  const box = scroller.current;
  if (focus === headerKey) {
    const column = layout.columns[Math.max(0, cell)];
    const head = column && document.getElementById(`${headerRowId}-${column.view.id}`);
    if (column && head) {
      show({ kind: 'column', id: column.view.id, anchor: anchorOf(head) });
    }
  } else if (line && line.kind !== 'gone' && box) {
    const row = [...box.querySelectorAll<HTMLElement>('[data-key]')].find((each) => each.dataset['key'] === line.key);
    const { left, top, bottom } = (row ?? box).getBoundingClientRect();
    const edge = Math.max(left, box.getBoundingClientRect().left) + 24;
    const field = layout.columns[cell]?.view.id;
    show({ kind: 'run', key: line.key, anchor: { left: edge, right: edge, top, bottom }, field });
  }
}

function goToName(letter: string, time: number, context: Context): boolean {
  const { experiment, place, reveal } = context;
  const state = experiment.selection.get();
  const names = place.lines.map((line) => nameOf(line, place));
  const from = place.lines.findIndex(({ key }) => key === state.focus);
  const target = place.lines[typeAhead.type(letter, time, names, from) ?? -1];
  if (target) {
    experiment.selection.set(moveTo(state, place, target.key, {}));
    reveal(target.key);
  }
  return true;
}

function nameOf(line: Line, { table }: Place): string {
  return line.kind === 'run' ? (table.name[line.slot] ?? '') : line.kind === 'group' ? groupName(line.group) : '';
}

/** The query line is where the panel's filter is typed. */
export function focusQuery(): void {
  document
    .querySelector<HTMLElement>('[data-query] input, [data-query] [contenteditable], [data-query] textarea')
    ?.focus();
}
