/**
 * What a filter and an order mean, after parsing: every alias resolved, every range, list of numbers and date spelled out as
 * plain comparisons. Offsets and lengths are UTF-16 units of the text that was parsed.
 */
import type { Int64 } from '../model';
import type { SearchText } from './messages';

/** What can be searched. */
export const searchEntities = [
  'runs',
  'experiments',
  'registeredModels',
  'modelVersions',
  'loggedModels',
  'datasets',
] as const;
export type SearchEntity = (typeof searchEntities)[number];

/** `mlflow`: what MLflow's server accepts. `labbook`: the same, and more, for Labbook's own query line. */
export type Dialect = 'mlflow' | 'labbook';

export interface Span {
  readonly offset: number;
  readonly length: number;
}

/** What is wrong with a search, and where; as one of `searchMessages`, to be translated. */
export interface SearchError extends Span, SearchText {
  /** The same in English: plain words, beginning with MLflow's own where it has any. */
  readonly message: string;
  /** What could stand at the place instead. */
  readonly fix?: string;
}

export type Result<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: SearchError };

/** Which figure of a metric is meant. All but `last` are over its finite points. */
export const aggregates = ['last', 'min', 'max', 'mean'] as const;
export type Aggregate = (typeof aggregates)[number];

/** `time` is Unix milliseconds, `duration` milliseconds. */
export type AttributeType = 'text' | 'integer' | 'time' | 'duration';

export type Field = Span &
  (
    | { readonly kind: 'attribute'; readonly key: string; readonly type: AttributeType }
    /** With `step`, the value at that step is meant instead; only where `FilterOptions.steps` lets it be. */
    | { readonly kind: 'metric'; readonly key: string; readonly aggregate: Aggregate; readonly step?: number }
    | { readonly kind: 'param'; readonly key: string }
    /** `whenMissing` stands in for the value of an absent tag. */
    | { readonly kind: 'tag'; readonly key: string; readonly whenMissing?: string }
    | { readonly kind: 'dataset'; readonly key: 'name' | 'digest' | 'context' }
  );
export type FieldKind = Field['kind'];

export type Comparator = '=' | '!=' | '<' | '<=' | '>' | '>=';

/** Only `missing` is true of a field that is not there. */
export type Condition = Span & { readonly field: Field } & (
    | { readonly kind: 'number'; readonly operator: Comparator; readonly value: Int64 }
    | { readonly kind: 'text'; readonly operator: '=' | '!='; readonly value: string }
    | { readonly kind: 'like'; readonly foldCase: boolean; readonly negated: boolean; readonly pattern: string }
    /** `pattern` as `compilePattern` takes it. */
    | { readonly kind: 'matches'; readonly negated: boolean; readonly pattern: string }
    | { readonly kind: 'in'; readonly negated: boolean; readonly values: readonly string[] }
    | { readonly kind: 'nan'; readonly negated: boolean }
    | { readonly kind: 'present' }
    | { readonly kind: 'missing' }
  );

export type Filter =
  | Condition
  | (Span & { readonly kind: 'and' | 'or'; readonly parts: readonly Filter[] })
  | (Span & { readonly kind: 'not'; readonly part: Filter });

export interface OrderTerm {
  readonly field: Field;
  readonly ascending: boolean;
  /** Values of params and tags that are numbers come first and as numbers, the others follow as texts. */
  readonly numeric: boolean;
}
