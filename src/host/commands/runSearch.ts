/**
 * A filter of MLflow's search that finds runs by a part of their name. `%` and `_` in the text are wildcards there, which finds
 * more rather than less. Undefined where no quotes can hold the text: MLflow's grammar has no escapes. Pure.
 */
export function nameFilter(text: string): string | undefined {
  const pattern = `%${text}%`;
  const quoted = pattern.includes("'") ? (pattern.includes('"') ? undefined : `"${pattern}"`) : `'${pattern}'`;
  return quoted && `attributes.run_name ILIKE ${quoted}`;
}
