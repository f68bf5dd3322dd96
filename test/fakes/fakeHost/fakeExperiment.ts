/** What the experiment panel asks of a fake host: the table, edits, saved views, and what leaves the panel. */
import { changeShown, readShown, writeShown, type ShownChange, type ShownRuns } from '../../../src/core/shownRuns';
import type {
  ExperimentRequests,
  ExperimentShown,
  MetricFacts,
  TableFacts,
} from '../../../src/protocol/experimentPanel';
import type { PanelNotices } from '../../../src/protocol/panels';
import type { Handlers } from '../../../src/protocol/rpc';
import { encodeTableColumns, encodeTableRows } from '../../../src/protocol/tableCodec';
import type { KeyFacts } from '../../../src/protocol/tableTypes';
import { keyFact, tableColumns, tableRows, type KeyKind } from './fakeTable';
import type { LiveRun } from './liveRun';
import type { Scenario } from './scenario';

type Method = keyof ExperimentRequests;
type Params<Name extends Method> = ExperimentRequests[Name]['params'];

/** Notes a request and answers or refuses it, when it is time. */
type Answer = <Name extends Method>(
  method: Name,
  params: unknown,
  result: () => ExperimentRequests[Name]['result'],
) => Promise<ExperimentRequests[Name]['result']>;

/** Where which runs are shown is kept over reloads of the page. */
export interface Memory {
  readShown(): ExperimentShown[];
  keepShown(experiments: ExperimentShown[]): void;
}

interface Options {
  readonly scenario: Scenario;
  readonly runs: readonly LiveRun[];
  /** Facts of keys that need not be counted. */
  readonly keys: ((kind: KeyKind) => readonly KeyFacts[]) | undefined;
  readonly memory: Memory | undefined;
  changed(notice: PanelNotices['changed']): void;
  factsChanged(): void;
  viewsChanged(): void;
  shownChanged(notice: PanelNotices['shownChanged']): void;
  selected(notice: PanelNotices['selected']): void;
}

export class FakeExperiment {
  /** Files that the panel wrote, and texts that it copied, in order. */
  readonly saved: { name: string; content: string | ArrayBuffer }[] = [];
  readonly copied: string[] = [];
  /** Which runs meet conditions on what the table does not have, by the condition's text. */
  readonly matches = new Map<string, string[]>();
  readonly views: Map<string, string>;
  /** What the panel said is selected. */
  selection: string[] = [];
  /** False: the user gives up in the dialog that asks where to save. */
  saves = true;
  /** False: the user keeps runs to which scripts still log. */
  agrees = true;
  #facts: TableFacts;
  #revision = 1;
  readonly #editedTags = new Set<string>();
  readonly #shown = new Map<string, ShownRuns>();

  constructor(private readonly options: Options) {
    const { scenario, memory } = options;
    this.views = new Map(Object.entries(scenario.views ?? {}));
    this.#facts = { ...defaultFacts(scenario), ...scenario.facts };
    for (const { experimentId, shown } of memory?.readShown() ?? []) {
      const read = readShown(shown);
      if (read) {
        this.#shown.set(experimentId, read);
      }
    }
  }

  /** Key of the metric that is looked at first, where the experiment has its own. */
  get primary(): string | undefined {
    return this.#facts.primaryMetric?.key;
  }

  get metricFacts(): MetricFacts {
    const { lowerIsBetter, higherIsBetter, directions, digits } = this.#facts;
    return { lowerIsBetter, higherIsBetter, directions, digits };
  }

  /** As if settings, or tags of the experiment, were changed elsewhere. */
  changeFacts(change: Partial<TableFacts>): void {
    this.#facts = { ...this.#facts, ...change };
    this.options.factsChanged();
  }

  /** As if another program wrote a view's file. */
  writeView(name: string, content: string): void {
    this.views.set(name, content);
    this.options.viewsChanged();
  }

  /** As if the tree, or another panel, showed other runs of the first experiment. */
  changeShown(change: ShownChange, experimentId = this.#facts.experiments[0]?.id ?? ''): void {
    this.#shown.set(experimentId, changeShown(this.#shown.get(experimentId), change));
    this.options.memory?.keepShown(this.#shownNow());
    this.options.shownChanged({ experiments: this.#shownNow() });
  }

  /** As if runs were selected in the tree. */
  select(runIds: string[]): void {
    this.options.selected({ runIds });
  }

  handlers(answer: Answer): Handlers<ExperimentRequests> {
    return {
      ...this.#tableHandlers(answer),
      ...this.#editHandlers(answer),
      ...this.#otherHandlers(answer),
      ...this.#shownHandlers(answer),
    };
  }

  #shownHandlers(answer: Answer): Pick<Handlers<ExperimentRequests>, 'readShown' | 'changeShown' | 'select'> {
    return {
      readShown: (params) =>
        answer('readShown', params, () => ({ experiments: this.#shownNow(), selected: this.selection })),
      changeShown: (params) =>
        answer('changeShown', params, () => {
          const { changes } = params as Params<'changeShown'>;
          changes.forEach(({ experimentId, change }) => this.changeShown(change, experimentId));
          return { experiments: this.#shownNow() };
        }),
      select: (params) =>
        answer('select', params, () => {
          this.selection = (params as Params<'select'>).selection.flatMap(({ runIds }) => runIds);
          return null;
        }),
    };
  }

  #shownNow(): ExperimentShown[] {
    return this.#facts.experiments.map(({ id }) => {
      const shown = this.#shown.get(id);
      return { experimentId: id, ...(shown ? { shown: writeShown(shown) } : {}) };
    });
  }

  #tableHandlers(
    answer: Answer,
  ): Pick<Handlers<ExperimentRequests>, 'tableRows' | 'tableColumns' | 'matchingRuns' | 'tableFacts'> {
    return {
      tableRows: (params) => answer('tableRows', params, () => this.#rows(params as Params<'tableRows'>)),
      tableColumns: (params) =>
        answer('tableColumns', params, () => {
          const { columns, runIds } = params as Params<'tableColumns'>;
          return encodeTableColumns(tableColumns(this.#active(runIds), columns, this.#revision));
        }),
      matchingRuns: (params) =>
        answer('matchingRuns', params, () => {
          const { conditions } = params as Params<'matchingRuns'>;
          return { matches: conditions.map((each) => this.matches.get(each) ?? []) };
        }),
      tableFacts: (params) => answer('tableFacts', params, () => this.#facts),
    };
  }

  #editHandlers(
    answer: Answer,
  ): Pick<
    Handlers<ExperimentRequests>,
    'setName' | 'setTag' | 'setBaseline' | 'setPrimaryMetric' | 'setDirection' | 'trashRuns' | 'restoreRuns'
  > {
    return {
      setName: (params) =>
        answer('setName', params, () => {
          const { runId, name } = params as Params<'setName'>;
          return this.#edit([runId], (run) => (run.facts = { ...run.facts, name }));
        }),
      setTag: (params) => answer('setTag', params, () => this.#setTag(params as Params<'setTag'>)),
      setBaseline: (params) =>
        answer('setBaseline', params, () => {
          const { runId } = params as Params<'setBaseline'>;
          const facts = { ...this.#facts };
          delete facts.baseline;
          return this.#setFacts({ ...facts, ...(runId === undefined ? {} : { baseline: runId }) });
        }),
      setPrimaryMetric: (params) =>
        answer('setPrimaryMetric', params, () => {
          const { key, aggregate = 'last' } = params as Params<'setPrimaryMetric'>;
          const facts = { ...this.#facts };
          delete facts.primaryMetric;
          return this.#setFacts({ ...facts, ...(key === undefined ? {} : { primaryMetric: { key, aggregate } }) });
        }),
      setDirection: (params) =>
        answer('setDirection', params, () => {
          const { key, better } = params as Params<'setDirection'>;
          const others = Object.entries(this.#facts.directions).filter(([each]) => each !== key);
          const directions = Object.fromEntries(better === undefined ? others : [...others, [key, better]]);
          return this.#setFacts({ ...this.#facts, directions });
        }),
      trashRuns: (params) =>
        answer('trashRuns', params, () => {
          const { runIds, running } = params as Params<'trashRuns'>;
          if (running !== undefined && !this.agrees) {
            return { kept: true };
          }
          return this.#edit(runIds, (run) => (run.facts = { ...run.facts, stage: 'deleted' }));
        }),
      restoreRuns: (params) =>
        answer('restoreRuns', params, () => {
          const { runIds } = params as Params<'restoreRuns'>;
          return this.#edit(runIds, (run) => (run.facts = { ...run.facts, stage: 'active' }));
        }),
    };
  }

  #otherHandlers(
    answer: Answer,
  ): Pick<
    Handlers<ExperimentRequests>,
    'exportRuns' | 'saveFile' | 'copyText' | 'listViews' | 'saveView' | 'openViewFile' | 'deleteView' | 'openChart'
  > {
    return {
      exportRuns: (params) => answer('exportRuns', params, () => ({ saved: this.saves })),
      saveFile: (params) =>
        answer('saveFile', params, () => {
          if (this.saves) {
            this.saved.push(params as Params<'saveFile'>);
          }
          return { saved: this.saves };
        }),
      copyText: (params) =>
        answer('copyText', params, () => {
          const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
          const { parts } = params as Params<'copyText'>;
          const texts = parts.map((part) => decoder.decode(part, { stream: true }));
          this.copied.push([...texts, decoder.decode()].join(''));
          return null;
        }),
      listViews: (params) =>
        answer('listViews', params, () => ({
          views: [...this.views].map(([name, content]) => ({ name, content })),
        })),
      saveView: (params) =>
        answer('saveView', params, () => {
          const { name, content, was } = params as Params<'saveView'>;
          if ((this.views.get(name) ?? null) !== was) {
            throw new Error(`The view “${name}” was changed on disk meanwhile, so it was not saved.`);
          }
          this.writeView(name, content);
          return { content };
        }),
      openViewFile: (params) => answer('openViewFile', params, () => null),
      deleteView: (params) =>
        answer('deleteView', params, () => {
          this.views.delete((params as Params<'deleteView'>).name);
          this.options.viewsChanged();
          return null;
        }),
      openChart: (params) => answer('openChart', params, () => null),
    };
  }

  #rows({ runIds }: Params<'tableRows'>): ArrayBuffer {
    const { keys } = this.options;
    const known = (kind: KeyKind): readonly KeyFacts[] => (kind === 'tags' ? this.#tagFacts() : (keys?.(kind) ?? []));
    return encodeTableRows(
      tableRows(this.#active(runIds), this.#revision, keys && runIds === undefined ? known : undefined),
    );
  }

  /** Those of made-up runs are known but for tags that were edited. */
  #tagFacts(): KeyFacts[] {
    const known = (this.options.keys?.('tags') ?? []).filter(({ key }) => !this.#editedTags.has(key));
    const counted = [...this.#editedTags].flatMap((key) => keyFact(this.#active(), 'tags', key) ?? []);
    return [...known, ...counted].sort((a, b) => (a.key < b.key ? -1 : 1));
  }

  #active(runIds?: readonly string[]): LiveRun[] {
    const asked = runIds && new Set(runIds);
    return this.options.runs.filter(({ facts }) => facts.stage === 'active' && (asked?.has(facts.id) ?? true));
  }

  #setTag({ runIds, key, value }: Params<'setTag'>): null {
    this.#editedTags.add(key);
    return this.#edit(runIds, (run) => {
      if (value === undefined) {
        run.tags.delete(key);
      } else {
        run.tags.set(key, value);
      }
    });
  }

  #edit(runIds: readonly string[], edit: (run: LiveRun) => void): null {
    const asked = new Set(runIds);
    this.options.runs.filter(({ facts }) => asked.has(facts.id)).forEach(edit);
    this.#revision++;
    this.options.changed({ runIds: [...runIds], metrics: false, runs: true, artifacts: false });
    return null;
  }

  #setFacts(facts: TableFacts): null {
    this.#facts = facts;
    this.options.factsChanged();
    return null;
  }
}

/** As the settings' defaults give them. */
function defaultFacts({ experimentName, subject }: Scenario): TableFacts {
  return {
    experiments: [{ id: subject.panel === 'experiment' ? subject.experimentId : '1', name: experimentName }],
    primary: ['*val*acc*', '*eval*acc*', '*val*loss*', '*loss*'],
    initialRuns: 20,
    lowerIsBetter: ['*loss*', '*error*', '*perplexity*', '*rmse*', '*mae*', '*_ms'],
    higherIsBetter: ['*acc*', '*f1*', '*auc*', '*reward*', '*bleu*', '*top5*'],
    directions: {},
    digits: 4,
    canWrite: true,
  };
}
