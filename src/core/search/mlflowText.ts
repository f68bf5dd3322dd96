/** A text in a filter of MLflow's grammar, which has no escapes: undefined where neither kind of quotes can hold it. */
export function mlflowText(text: string): string | undefined {
  return text.includes("'") ? (text.includes('"') ? undefined : `"${text}"`) : `'${text}'`;
}
