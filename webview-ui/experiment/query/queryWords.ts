import type { KnownValue, NamedKey, Vocabulary } from '../../../src/core/search/completions';
import type { Better } from '../../../src/core/metricDirection';
import type { PanelChannel } from '../../../src/protocol/panelChannel';
import { decodeTableColumns } from '../../../src/protocol/tableCodec';
import type { ColumnId } from '../../../src/protocol/tableTypes';
import { Store } from '../../shared/store';
import { runMarks, type KeyCatalogue, type RunTable } from '../table/runTable';

/** So many values of a key can be found: names of runs may all be different ones. */
const mostValues = 20_000;
/** Equally frequent values are in order where there are no more; comparing texts is slow, and of more nobody reads the list. */
const mostOrdered = 2000;

/**
 * The names and values of the table's runs. Columns that the table does not show are read when their values are asked for, and
 * only for this: the table is not made anew for them.
 */
export class QueryWords implements Vocabulary {
  /** Rises when values came that were asked for before. */
  readonly version = new Store(0);
  #catalogue: KeyCatalogue | undefined;
  #keys: readonly NamedKey[] = [];
  readonly #values = new Map<string, { readonly version: number; readonly values: readonly KnownValue[] }>();
  readonly #underWay = new Set<string>();

  constructor(
    private readonly table: RunTable,
    private readonly better: (key: string) => Better | undefined,
    private readonly channel: PanelChannel,
    private readonly onError: (error: unknown) => void,
  ) {}

  /** Whether of any metric low or high values are known to be best: asked only by who writes a query. */
  get hasBest(): boolean {
    return this.table.catalogue.metrics.some(({ key }) => this.better(key) !== undefined);
  }

  /** The same list while the names are the same. */
  get keys(): readonly NamedKey[] {
    const { catalogue } = this.table;
    if (catalogue !== this.#catalogue) {
      this.#catalogue = catalogue;
      const named = (kind: NamedKey['kind'], list: KeyCatalogue['metrics']): NamedKey[] =>
        list.map(({ key, runs }) => ({ kind, key, runs }));
      const tags = catalogue.tags.filter(({ key }) => !key.startsWith('mlflow.'));
      const own = catalogue.tags.filter(({ key }) => key.startsWith('mlflow.'));
      this.#keys = [
        ...named('param', catalogue.params),
        ...named('metric', catalogue.metrics),
        ...named('tag', [...tags, ...own]),
      ];
    }
    return this.#keys;
  }

  values(kind: 'param' | 'tag' | 'attribute', key: string): readonly KnownValue[] {
    const name = `${kind}:${key}`;
    const known = this.#values.get(name);
    if (known?.version === this.table.version) {
      return known.values;
    }
    if (kind === 'attribute') {
      const found = this.#attributeValues(key);
      this.#keep(name, found);
      return found;
    }
    const id: ColumnId = { kind, key };
    const counted = this.#ofTable(id);
    if (counted) {
      this.#keep(name, counted);
      return counted;
    }
    if (this.table.catalogue[kind === 'param' ? 'params' : 'tags'].some((each) => each.key === key)) {
      this.#read(id, name);
    }
    return known?.values ?? [];
  }

  /** Values that are known without asking anybody; at most a few. */
  firstValues(kind: 'param' | 'tag', key: string): readonly string[] | undefined {
    const column = this.table.column({ kind, key });
    return column?.kind === 'texts' ? column.values : undefined;
  }

  #attributeValues(key: string): readonly KnownValue[] {
    const { table } = this;
    const slots = Array.from(table.order);
    switch (key) {
      case 'status':
        // A lost run is found by either word.
        return counts(slots.flatMap((slot) => [...new Set([table.status[slot] ?? '', table.markOf(slot)])])).sort(
          (a, b) => rank(a) - rank(b),
        );
      case 'run_name':
        return counts(slots.map((slot) => table.name[slot] ?? ''));
      case 'run_id':
        return slots.slice(0, mostValues).map((slot) => ({ value: table.id[slot] ?? '', runs: 1 }));
      case 'user_id':
        return this.values('tag', 'mlflow.user');
      case 'experiment_id':
        return table.experiments.map(({ id, name }) => ({
          value: id,
          runs: slots.filter((slot) => table.experiment[slot] === name).length,
        }));
      default:
        return [];
    }
  }

  #ofTable(id: ColumnId): KnownValue[] | undefined {
    const column = this.table.column(id);
    if (column?.kind !== 'texts') {
      return undefined;
    }
    const found = new Uint32Array(column.values.length);
    for (const slot of this.table.order) {
      const code = column.code[slot] ?? -1;
      if (code >= 0) {
        found[code] = (found[code] ?? 0) + 1;
      }
    }
    return sorted(column.values.flatMap((value, code) => (found[code] ? [{ value, runs: found[code] }] : [])));
  }

  #keep(name: string, values: readonly KnownValue[]): void {
    this.#values.set(name, { version: this.table.version, values });
  }

  #read(id: ColumnId, name: string): void {
    if (this.#underWay.has(name)) {
      return;
    }
    this.#underWay.add(name);
    this.channel
      .request('tableColumns', { columns: [id] })
      .then((answer) => {
        const [column] = decodeTableColumns(answer).columns;
        if (column?.kind === 'texts') {
          const { code, values } = column;
          this.#keep(name, counts(Array.from(code, (each) => values[each] ?? '')));
          this.version.update((version) => version + 1);
        }
      })
      .catch(this.onError)
      .finally(() => this.#underWay.delete(name));
  }
}

function rank({ value }: KnownValue): number {
  return runMarks.findIndex((mark) => mark === value);
}

function counts(texts: readonly string[]): KnownValue[] {
  const found = new Map<string, number>();
  for (const text of texts) {
    found.set(text, (found.get(text) ?? 0) + 1);
  }
  return sorted([...found].map(([value, runs]) => ({ value, runs })));
}

/** The most frequent first; equals as numbers or by name. */
function sorted(values: KnownValue[]): KnownValue[] {
  const order = new Intl.Collator(undefined, { numeric: true });
  const tied = values.length <= mostOrdered;
  return values.sort((a, b) => b.runs - a.runs || (tied ? order.compare(a.value, b.value) : 0)).slice(0, mostValues);
}
