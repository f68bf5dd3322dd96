/** Names in a filter that no run has: with a prefix they are no error, as in MLflow, and nothing passes. Pure. */
import type { Condition, Field, Filter } from '../../../src/core/search/ast';
import { nameText } from '../../../src/core/search/completionText';
import { nearestName } from '../../../src/core/search/nearest';
import { conditionsOf } from '../table/filtering';
import type { KeyCatalogue } from '../table/runTable';

const lists = { metric: 'metrics', param: 'params', tag: 'tags' } as const;

type NamedField = Extract<Field, { kind: keyof typeof lists }>;
type NamedCondition = Condition & { readonly field: NamedField };

/** Conditions on metrics, params and tags that no run has; each name once. */
export function unknownNames(filter: Filter | undefined, catalogue: KeyCatalogue): NamedCondition[] {
  const found = new Map<string, NamedCondition>();
  for (const condition of conditionsOf(filter)) {
    const { field } = condition;
    const isNamed = field.kind === 'metric' || field.kind === 'param' || field.kind === 'tag';
    if (isNamed && catalogue[lists[field.kind]].every(({ key }) => key !== field.key)) {
      found.set(nameOf(field), { ...condition, field });
    }
  }
  return [...found.values()];
}

/** As it is written in a filter. */
export function nameOf({ kind, key }: NamedField): string {
  return `${lists[kind]}.${nameText(key)}`;
}

/** The query with the name that was probably meant in place of one that no run has; undefined where none is near. */
export function meantBy(
  query: string,
  unknown: readonly NamedCondition[],
  catalogue: KeyCatalogue,
): { readonly name: string; readonly query: string } | undefined {
  for (const { field } of unknown) {
    const { kind, key, offset, length } = field;
    const meant = nearestName(
      key,
      catalogue[lists[kind]].map((each) => each.key),
    );
    const written = query.slice(offset, offset + length);
    // Of a figure the name is a part.
    if (meant !== undefined && !written.includes('(')) {
      const name = nameOf({ ...field, key: meant });
      return { name, query: query.slice(0, offset) + name + query.slice(offset + length) };
    }
  }
  return undefined;
}
