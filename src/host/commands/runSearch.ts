import { mlflowText } from '../../core/search/mlflowText';

/**
 * A filter of MLflow's search that finds runs by a part of their name. `%` and `_` in the text are wildcards there, which finds
 * more rather than less. Undefined where no quotes can hold the text: MLflow's grammar has no escapes. Pure.
 */
export function nameFilter(text: string): string | undefined {
  const pattern = mlflowText(`%${text}%`);
  return pattern && `attributes.run_name ILIKE ${pattern}`;
}
