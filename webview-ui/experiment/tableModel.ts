import { betterOf, type Better } from '../../src/core/metricDirection';
import type { Filter, SearchError } from '../../src/core/search/ast';
import type { TableFacts } from '../../src/protocol/experimentPanel';
import type { ColumnId } from '../../src/protocol/tableTypes';
import { lostRuns } from '../shared/lostRuns';
import { Store } from '../shared/store';
import { parseQuery } from './query/parseQuery';
import type { Arrangement } from './table/arrangement';
import { columnSet, type ColumnChoice, type ColumnFacts, type ColumnSet } from './table/columnSet';
import { columnView, type ColumnContext, type ColumnView } from './table/columnView';
import { primaryOf, type PrimaryMetric } from './table/directions';
import { columnIdOf, fieldId, fieldOf, type TableField } from './table/fields';
import type { RemoteConditions } from './remoteConditions';
import { columnsOfFilter, passingRuns, remoteConditions } from './table/filtering';
import type { Group } from './table/grouping';
import { held, leavingRuns, sameOrder } from './table/hold';
import { isSameList, Latest } from './table/latest';
import { linesOf, type Line, type LineInput, type Lines } from './table/lines';
import { OwnChanges } from './table/ownChanges';
import type { RunTable } from './table/runTable';
import type { SortTerm } from './table/sorting';
import type { TableReader } from './tableReader';

/** What waits until lines may move. */
export interface Pending {
  readonly newRuns: number;
  /** Runs of lines that no longer pass the filter. */
  readonly leaving: number;
  readonly isOrderChanged: boolean;
}

/** What the panel shows of the runs. Made anew, never changed in place. */
export interface TableView {
  readonly table: RunTable;
  /** Of the table, which is changed in place. */
  readonly version: number;
  readonly facts: TableFacts;
  readonly better: (key: string) => Better | undefined;
  readonly primary: PrimaryMetric | undefined;
  readonly columnFacts: ColumnFacts;
  readonly columns: ColumnSet;
  /** There is room for the name and one value. */
  readonly isNarrow: boolean;
  readonly sort: readonly SortTerm[];
  readonly lines: readonly Line[];
  readonly groups: readonly Group[];
  /** Slots of the runs that pass the filter, in the order of the lines. */
  readonly runs: Int32Array;
  /** Slot of the baseline where it is among the runs. */
  readonly baseline: number | undefined;
  /** What is held back while somebody points at the lines. */
  readonly pending: Pending;
  /** Why the query is not applied; the last one that was right is. */
  readonly queryError: SearchError | undefined;
  readonly filter: Filter | undefined;
  /** What the filter was read from. */
  readonly filterText: string;
  /** The facts of a column, computed when first asked for. */
  readonly column: (field: TableField) => ColumnView;
}

const nothingPending: Pending = { newRuns: 0, leaving: 0, isOrderChanged: false };

/** Makes the view from what was read and what is arranged. Changes of data move no line while `hold` says so. */
export class TableModel {
  readonly view = new Store<TableView | undefined>(undefined);
  readonly own = new OwnChanges();
  readonly #reader: TableReader;
  readonly #arrangement: Store<Arrangement>;
  /** `from`: what `filter` was read from, the last text that was right. */
  #filter: { text: string; from: string; filter: Filter | undefined; error: SearchError | undefined } = {
    text: '',
    from: '',
    filter: undefined,
    error: undefined,
  };
  /** With which names and directions it was read: others may give the same text another meaning. Times such as -7d count from then. */
  #filterWords: readonly unknown[] = [];
  #isHeld = false;
  #hasStates = false;
  #isNarrow = false;
  #isExpected = false;
  #isAwaited = false;
  #passed: { readonly filter: Filter | undefined; readonly version: string; readonly slots: Int32Array } | undefined;
  readonly #columnViews = new Map<
    string,
    { readonly view: ColumnView; readonly context: ColumnContext; readonly version: number | undefined }
  >();
  readonly #lastLines = new Latest<Lines>();
  readonly #lastColumns = new Latest<ColumnSet>();
  readonly #lastFacts = new Latest<ColumnFacts>();
  readonly #lastSort = new Latest<readonly SortTerm[]>();
  #better: { readonly facts: TableFacts; readonly better: (key: string) => Better | undefined } | undefined;

  constructor(
    reader: TableReader,
    arrangement: Store<Arrangement>,
    private readonly remote: Pick<RemoteConditions, 'need' | 'holds' | 'version'>,
  ) {
    this.#reader = reader;
    this.#arrangement = arrangement;
    reader.state.subscribe(() => this.#refresh('data'));
    reader.table.setLost(lostRuns.get());
    lostRuns.subscribe(() => {
      reader.table.setLost(lostRuns.get());
      this.#refresh('data');
    });
    let before = arrangement.get();
    arrangement.subscribe(() => {
      const now = arrangement.get();
      if (hasOtherLines(before, now)) {
        this.#refresh('user');
      } else if (hasOtherColumns(before.columns, now.columns)) {
        this.#refresh('data');
      }
      before = now;
    });
  }

  /** From now on lines stay where they are, or may move again. */
  hold(isHeld: boolean): void {
    if (this.#isHeld !== isHeld) {
      this.#isHeld = isHeld;
      if (!isHeld) {
        this.release();
      }
    }
  }

  /** Says whether there is room for more than the first columns. */
  setNarrow(isNarrow: boolean): void {
    if (this.#isNarrow !== isNarrow) {
      this.#isNarrow = isNarrow;
      this.#refresh('user');
    }
  }

  /** Shows what was held back. */
  release(): void {
    const { newRuns = 0, isOrderChanged = false } = this.view.get()?.pending ?? {};
    if (newRuns > 0 || isOrderChanged) {
      this.#refresh('user');
    }
  }

  /** What the host says of a filter's conditions came, or changed. */
  answered(): void {
    this.#refresh(this.view.get()?.filter === this.#filter.filter ? 'data' : 'user');
  }

  /** Lets lines move at the next change of data: it comes of what the user does. */
  expect(): void {
    this.#isExpected = true;
  }

  /** The columns without which the lines cannot be told, and the first ones; others are read when they come into view. @param count of these */
  firstNeeds(facts: TableFacts, count: number): ColumnId[] {
    const arrangement = this.#arrangement.get();
    const columnFacts = this.#columnFacts(facts);
    this.#parse(arrangement.query, facts);
    const { fields } = this.#columns(arrangement.columns, columnFacts);
    return this.#lineNeeds(columnFacts).concat(fields.slice(0, count).flatMap((field) => columnIdOf(field) ?? []));
  }

  #refresh(reason: 'data' | 'user'): void {
    const state = this.#reader.state.get();
    if (state.kind !== 'ready') {
      return;
    }
    const { facts } = state;
    const columnFacts = this.#columnFacts(facts);
    const { query } = this.#arrangement.get();
    this.#parse(query, facts);
    this.#reader.need('lines', this.#lineNeeds(columnFacts));
    const before = this.view.get();
    const next = this.#make(facts, columnFacts, before);
    // What the user asked for may need columns that are still to be read.
    const isAsked = this.#isExpected || this.#isAwaited;
    const isHeld = this.#isHeld && !isAsked;
    const isMissing = this.#lineNeeds(columnFacts).some((id) => this.#reader.table.column(id) === undefined);
    this.#isExpected = false;
    this.#isAwaited = isMissing && (reason === 'user' || isAsked);
    if (reason === 'data' && isHeld && before) {
      const kept = held(before.lines, next.lines, this.#reader.table, this.own);
      const { newRuns, isOrderChanged } = kept;
      const isMoved = newRuns > 0 || isOrderChanged;
      const lines = sameLines(before.lines, kept.lines) ? before.lines : kept.lines;
      const leaving = isOrderChanged && next.filter ? leavingRuns(lines, next) : 0;
      this.view.set({ ...next, lines, pending: isMoved ? { newRuns, leaving, isOrderChanged } : nothingPending });
    } else {
      this.view.set(before && isSameView(before, next) ? before : next);
    }
    this.own.seen(this.#reader.table);
  }

  #make(facts: TableFacts, columnFacts: ColumnFacts, before: TableView | undefined): TableView {
    const { table } = this.#reader;
    const arrangement = this.#arrangement.get();
    const { filter: wanted, from } = this.#filter;
    const isKnown = this.remote.need(remoteConditions(wanted, from));
    const isFilterRead = isKnown && columnsOfFilter(wanted).every((id) => table.column(id) !== undefined);
    // Until the columns of a new filter are there the earlier one goes on.
    const isNew = isFilterRead || !before;
    const filter = isNew ? wanted : before.filter;
    const filterText = isNew ? from : before.filterText;
    const passing = this.#passing(filter, filterText);
    const baseline = facts.baseline === undefined ? undefined : table.slotOf(facts.baseline);
    const sort = this.#sort(arrangement, columnFacts);
    const { lines, groups, runs } = this.#lines({ ...arrangement, table, passing, sort, baseline });
    const context = { table, runs: passing, baseline, better: columnFacts.better, digits: facts.digits };
    return {
      table,
      version: table.version,
      facts,
      better: columnFacts.better,
      primary: columnFacts.primary,
      columnFacts,
      columns: this.#columns(arrangement.columns, columnFacts),
      isNarrow: this.#isNarrow,
      sort,
      lines: before && sameLines(before.lines, lines) ? before.lines : lines,
      groups,
      runs,
      baseline,
      pending: nothingPending,
      queryError: this.#filter.error,
      filter,
      filterText,
      column: (field) => this.#columnView(field, context),
    };
  }

  /** The same lines while nothing that they come from changed. */
  #lines(input: Omit<LineInput, 'now' | 'open'> & Pick<Arrangement, 'open'>): Lines {
    const { table, passing, sort, groupBy, nested, open, baseline } = input;
    const now = Date.now();
    // How long runs run changes by itself.
    const isLasting = !sort.some(({ field }) => field === 'attribute:duration');
    const from = [passing, sort, groupBy, nested, open, baseline, table.version, isLasting ? 0 : now];
    return this.#lastLines.of(from, () =>
      linesOf({ table, passing, sort, groupBy, nested, baseline, now, open: new Set(open) }),
    );
  }

  /** The same columns while nothing that they come from changed: there may be thousands of keys. */
  #columns(choice: ColumnChoice, facts: ColumnFacts): ColumnSet {
    const from = [choice, ...Object.values({ ...facts, runs: facts.runs < 2 }), this.#isNarrow];
    return this.#lastColumns.of(from, () => columnSet(choice, facts, this.#isNarrow));
  }

  /** The same list while neither the runs nor the filter changed: sorting is to compute no column anew. */
  #passing(filter: Filter | undefined, text: string): Int32Array {
    const { table } = this.#reader;
    const known = this.#passed;
    const version = `${table.version} ${this.remote.version}`;
    if (known?.filter === filter && known?.version === version) {
      return known.slots;
    }
    const slots = passingRuns(table, {
      filter,
      text,
      holds: (condition, runId) => this.remote.holds(condition, runId),
    });
    this.#passed = { filter, version, slots };
    return slots;
  }

  /** The facts of a column; kept for as long as what they were computed from is the same. */
  #columnView(field: TableField, context: ColumnContext): ColumnView {
    const id = fieldId(field);
    const data = context.table.column(field);
    const known = this.#columnViews.get(id);
    const isSame =
      known !== undefined &&
      known.view.data === data &&
      known.version === data?.version &&
      known.context.runs === context.runs &&
      known.context.baseline === context.baseline &&
      known.context.better === context.better &&
      known.context.digits === context.digits;
    if (isSame) {
      return known.view;
    }
    const decimals = known?.context.digits === context.digits ? known.view.decimals : undefined;
    const view = columnView(field, { ...context, decimals });
    this.#columnViews.set(id, { view, context, version: data?.version });
    return view;
  }

  /** The same function for the same facts: charts are not to be drawn anew for another one. */
  #betterOf(facts: TableFacts): (key: string) => Better | undefined {
    if (this.#better?.facts !== facts) {
      this.#better = { facts, better: betterOf(facts) };
    }
    return this.#better.better;
  }

  #columnFacts(facts: TableFacts): ColumnFacts {
    const { catalogue, size } = this.#reader.table;
    this.#noteStates();
    return this.#lastFacts.of([facts, catalogue, size, this.#hasStates], () => {
      const better = this.#betterOf(facts);
      const keys = catalogue.metrics.map(({ key }) => key);
      const primary = primaryOf(facts, keys, better);
      const { experiments } = facts;
      return { catalogue, primary, better, experiments: experiments.length, runs: size, hasStates: this.#hasStates };
    });
  }

  /** Once there is a state to be told its column stays; it comes while nobody points at the table. */
  #noteStates(): void {
    const { table } = this.#reader;
    if (!this.#hasStates && !(this.#isHeld && this.view.get())) {
      this.#hasStates = table.order.some((slot) => table.status[slot] !== 'FINISHED');
    }
  }

  #sort(arrangement: Arrangement, facts: ColumnFacts): readonly SortTerm[] {
    const from = [arrangement.sort, facts.primary, facts.better];
    return this.#lastSort.of(from, () => sortOf(arrangement, facts));
  }

  #lineNeeds(columnFacts: ColumnFacts): ColumnId[] {
    const arrangement = this.#arrangement.get();
    const { primary } = columnFacts;
    const ids = [...this.#sort(arrangement, columnFacts).map(({ field }) => field), ...arrangement.groupBy];
    const hasColours = this.#reader.table.catalogue.tags.some(({ key }) => key === 'mlflow.runColor');
    return [
      ...ids.flatMap((id) => columnIdOf(fieldOf(id) ?? { kind: 'attribute', key: 'name' }) ?? []),
      ...columnsOfFilter(this.#filter.filter),
      ...(primary ? [{ kind: 'metric' as const, ...primary }] : []),
      ...(hasColours ? [{ kind: 'tag' as const, key: 'mlflow.runColor' }] : []),
    ];
  }

  #parse(text: string, facts: TableFacts): void {
    const { catalogue } = this.#reader.table;
    const words = [catalogue, this.#betterOf(facts)];
    if (text === this.#filter.text && (text === '' || isSameList(words, this.#filterWords))) {
      return;
    }
    this.#filterWords = words;
    const parsed = parseQuery(text, catalogue, this.#betterOf(facts));
    this.#filter = parsed.ok
      ? { text, from: text, filter: parsed.value, error: undefined }
      : { ...this.#filter, text, error: parsed.error };
  }
}

/** As arranged; else the best of the primary metric first, where it is known what that is. */
function sortOf({ sort }: Arrangement, { primary, better }: ColumnFacts): readonly SortTerm[] {
  if (sort || !primary) {
    return sort ?? [];
  }
  return [{ field: fieldId({ kind: 'metric', ...primary }), descending: better(primary.key) !== 'lower' }];
}

/** Whether the lines are others; where the table is scrolled to, for one, is no reason to compute them anew. */
function hasOtherLines(a: Arrangement, b: Arrangement): boolean {
  return (
    a.query !== b.query || a.sort !== b.sort || a.groupBy !== b.groupBy || a.nested !== b.nested || a.open !== b.open
  );
}

/** Whether there are other columns, or in another order. The lines are the same: who sizes or moves columns points at the table. */
function hasOtherColumns(a: ColumnChoice, b: ColumnChoice): boolean {
  const parts = (choice: ColumnChoice): unknown[] => Object.values({ ...choice, widths: undefined });
  return !isSameList(parts(a), parts(b));
}

/** Whether nothing would be drawn otherwise: `column` follows from the rest. */
function isSameView(a: TableView, b: TableView): boolean {
  const parts = (view: TableView): unknown[] => Object.values({ ...view, column: undefined });
  return isSameList(parts(a), parts(b));
}

function sameLines(a: readonly Line[], b: readonly Line[]): boolean {
  return (
    sameOrder(a, b) &&
    a.every((line, i) => {
      const other = b[i];
      return (
        line.kind === 'run' && other?.kind === 'run' && line.open === other.open && line.children === other.children
      );
    })
  );
}
