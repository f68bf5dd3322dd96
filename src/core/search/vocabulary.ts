/**
 * Which fields each kind of thing has in MLflow's searches, by which names, and what they can be compared with (MLflow's
 * `utils/search_utils.py` and `utils/search_logged_model_utils.py`, tried out with 3.17).
 */
import type { AttributeType, FieldKind, SearchEntity } from './ast';
import type { SearchMessage } from './messages';

export interface AttributeRule {
  readonly name: string;
  readonly aliases?: readonly string[];
  readonly type: AttributeType;
  /** May be compared with a list (IN, NOT IN). */
  readonly list?: true;
  /** A whole number as a text: only for IN, NOT IN, = and !=. */
  readonly exact?: true;
  /** MLflow takes this number in quotes too. */
  readonly quotable?: true;
  /** MLflow orders by it but has no filter for it. */
  readonly orderOnly?: true;
  /** MLflow has a filter for it but does not order by it. */
  readonly filterOnly?: true;
  /** Known only to Labbook's own dialect. */
  readonly own?: true;
}

type EntityNoun = Extract<SearchMessage, `noun${string}`>;

export interface EntityRule {
  /** Plural, for messages. */
  readonly noun: EntityNoun;
  readonly prefixes: Partial<Record<FieldKind, readonly string[]>>;
  readonly attributes: readonly AttributeRule[];
  /** Kinds of fields that IS NULL and IS NOT NULL can be asked of. */
  readonly nullable: readonly FieldKind[];
  /** Params and tags may be compared with lists. */
  readonly lists: boolean;
  /** Kinds that can be ordered by. */
  readonly ordered: readonly FieldKind[];
  /** A field may occur twice in an order; the first counts. */
  readonly repeatable?: true;
  /** Tags that count as having a value where they are absent. */
  readonly tagDefaults?: Readonly<Record<string, string>>;
  /** What is ordered by after everything that was asked for; the last one is unique. */
  readonly ties: readonly Tie[];
  /** The order where none was asked for, if it is not just the ties. */
  readonly unordered?: readonly Tie[];
}

export interface Tie {
  readonly name: string;
  readonly ascending: boolean;
}

const shortPrefixes = { attribute: ['attribute'], tag: ['tag', 'tags'] };
/** A registered model without this tag is none of MLflow's prompts; clients filter by it. */
const tagDefaults = { 'mlflow.prompt.is_prompt': 'false' };

export const entityRules: Readonly<Record<SearchEntity, EntityRule>> = {
  runs: {
    noun: 'nounRuns',
    prefixes: {
      attribute: ['attribute', 'attributes', 'attr', 'run'],
      metric: ['metric', 'metrics'],
      param: ['param', 'params', 'parameter', 'parameters'],
      tag: ['tag', 'tags'],
      dataset: ['dataset', 'datasets'],
    },
    attributes: [
      { name: 'run_id', type: 'text', list: true },
      { name: 'run_name', aliases: ['run name', 'Run name', 'Run Name'], type: 'text' },
      { name: 'user_id', type: 'text' },
      { name: 'status', type: 'text' },
      { name: 'artifact_uri', type: 'text' },
      { name: 'start_time', aliases: ['created', 'Created'], type: 'time' },
      { name: 'end_time', type: 'time' },
      { name: 'experiment_id', type: 'text', list: true, own: true },
      { name: 'duration', type: 'duration', own: true },
    ],
    nullable: ['param', 'tag'],
    lists: false,
    ordered: ['attribute', 'metric', 'param', 'tag'],
    ties: [
      { name: 'start_time', ascending: false },
      { name: 'run_id', ascending: true },
    ],
  },
  experiments: {
    noun: 'nounExperiments',
    prefixes: shortPrefixes,
    attributes: [
      { name: 'name', type: 'text' },
      { name: 'experiment_id', type: 'text', list: true, exact: true },
      { name: 'creation_time', type: 'time' },
      { name: 'last_update_time', type: 'time' },
    ],
    nullable: ['tag'],
    lists: false,
    ordered: ['attribute'],
    repeatable: true,
    ties: [{ name: 'experiment_id', ascending: false }],
    unordered: [
      { name: 'creation_time', ascending: false },
      { name: 'experiment_id', ascending: true },
    ],
  },
  registeredModels: {
    noun: 'nounRegisteredModels',
    prefixes: shortPrefixes,
    attributes: [
      { name: 'name', type: 'text', list: true },
      { name: 'last_updated_timestamp', aliases: ['timestamp'], type: 'time', orderOnly: true },
      { name: 'creation_timestamp', type: 'time', own: true },
    ],
    nullable: [],
    lists: false,
    ordered: ['attribute'],
    tagDefaults,
    ties: [{ name: 'name', ascending: true }],
  },
  modelVersions: {
    noun: 'nounModelVersions',
    prefixes: shortPrefixes,
    attributes: [
      { name: 'name', type: 'text', list: true },
      { name: 'run_id', type: 'text', list: true, filterOnly: true },
      { name: 'source_path', type: 'text', filterOnly: true },
      { name: 'version_number', type: 'integer', quotable: true },
      { name: 'creation_timestamp', type: 'time', orderOnly: true },
      { name: 'last_updated_timestamp', type: 'time', orderOnly: true },
    ],
    nullable: [],
    lists: false,
    ordered: ['attribute'],
    tagDefaults,
    ties: [
      { name: 'name', ascending: true },
      { name: 'version_number', ascending: false },
    ],
    unordered: [
      { name: 'last_updated_timestamp', ascending: false },
      { name: 'name', ascending: true },
      { name: 'version_number', ascending: false },
    ],
  },
  loggedModels: {
    noun: 'nounLoggedModels',
    prefixes: { attribute: ['attributes'], metric: ['metrics'], param: ['params'], tag: ['tags'] },
    attributes: [
      { name: 'name', type: 'text', list: true },
      { name: 'model_id', type: 'text', list: true },
      { name: 'model_type', type: 'text', list: true },
      { name: 'source_run_id', type: 'text', list: true },
      { name: 'experiment_id', type: 'text', list: true },
      { name: 'status', type: 'text', list: true },
      { name: 'status_message', type: 'text', list: true },
      { name: 'artifact_location', type: 'text', list: true },
      { name: 'creation_timestamp', aliases: ['creation_time', 'creation_timestamp_ms'], type: 'time' },
      { name: 'last_updated_timestamp', aliases: ['last_updated_timestamp_ms'], type: 'time' },
    ],
    nullable: [],
    lists: true,
    ordered: ['attribute', 'metric'],
    repeatable: true,
    ties: [
      { name: 'creation_timestamp', ascending: false },
      { name: 'model_id', ascending: true },
    ],
  },
  datasets: {
    noun: 'nounDatasets',
    prefixes: { attribute: ['attribute', 'attributes', 'dataset', 'datasets'] },
    attributes: [
      { name: 'name', type: 'text', list: true },
      { name: 'digest', type: 'text', list: true },
      { name: 'context', type: 'text', list: true },
    ],
    nullable: [],
    lists: false,
    ordered: ['attribute'],
    ties: [
      { name: 'name', ascending: true },
      { name: 'digest', ascending: true },
      { name: 'context', ascending: true },
    ],
  },
};

/** Short names for attributes of runs in Labbook's own dialect. */
const ownAliases: Readonly<Record<string, string>> = {
  name: 'run_name',
  id: 'run_id',
  user: 'user_id',
  started: 'start_time',
  ended: 'end_time',
};

/** The attribute that a name means, whether or not the search may use it in the place where it stands. */
export function findAttribute(rule: EntityRule, name: string, own: boolean): AttributeRule | undefined {
  const find = (wanted: string): AttributeRule | undefined =>
    rule.attributes.find(
      (each) => (own || each.own !== true) && (each.name === wanted || each.aliases?.includes(wanted)),
    );
  const alias = own && Object.hasOwn(ownAliases, name) ? ownAliases[name] : undefined;
  return find(name) ?? (alias === undefined ? undefined : find(alias));
}
