/** MLflow's fields of what is out of scope, which it always writes in the same way. */
export const withoutMeaning: ReadonlySet<string> = new Set(['workspace']);

/**
 * Answers of two servers in one form: what is the server's own choice (ids, times, random names, tokens) is masked, and
 * lists that are sets of keys are sorted. Everything else is compared as it is.
 */
export class Known {
  private readonly ids = new Map<string, string>();

  keep(name: string, value: string): void {
    this.ids.set(name, value);
  }

  /** `{name}` in every text of a request, replaced by what was kept. */
  fill(value: unknown): unknown {
    if (typeof value === 'string') {
      return value.replace(/\{(\w+)\}/g, (all, name: string) => this.ids.get(name) ?? all);
    }
    if (Array.isArray(value)) {
      return value.map((item) => this.fill(item));
    }
    if (typeof value === 'object' && value !== null) {
      return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, this.fill(item)]));
    }
    return value;
  }

  mask(value: unknown, key = ''): unknown {
    if (typeof value === 'string') {
      return this.maskText(value, key);
    }
    if (typeof value === 'number') {
      return Number.isInteger(value) && Math.abs(value - Date.now()) < 600_000 ? '<now>' : value;
    }
    if (Array.isArray(value)) {
      return sorted(value.map((item) => this.mask(item, key)));
    }
    if (typeof value === 'object' && value !== null) {
      // The random name of a run is also the value of a tag.
      const inner = (name: string): string => (name === 'value' && isNameTag(value) ? 'run_name' : name);
      const fields = Object.entries(value).filter(([name]) => !withoutMeaning.has(name));
      return Object.fromEntries(fields.map(([name, item]) => [name, this.mask(item, inner(name))]));
    }
    return value;
  }

  private maskText(text: string, key: string): string {
    if (key === 'next_page_token') {
      return '<token>';
    }
    if (/^(?:run_name|name)$/.test(key) && /^[a-z]+-[a-z]+-\d{1,4}$/.test(text)) {
      return '<random name>';
    }
    if (key === 'experiment_id' && /^[1-9]\d*$/.test(text) && ![...this.ids.values()].includes(text)) {
      return '<experiment>';
    }
    let masked = text;
    for (const [name, id] of this.ids) {
      if (id.length >= 32) {
        masked = masked.replaceAll(id, `{${name}}`);
      } else if (masked === id && key.endsWith('experiment_id')) {
        masked = `{${name}}`;
      } else {
        masked = masked.replace(new RegExp(`^mlflow-artifacts:/${id}(?=/|$)`), `mlflow-artifacts:/{${name}}`);
      }
    }
    return masked.replace(/\b(?:m-)?[0-9a-f]{32}\b/g, '<id>');
  }
}

function isNameTag(value: object): boolean {
  return 'key' in value && value.key === 'mlflow.runName';
}

/** Tags, params, metrics and aliases come in any order; what has equal keys keeps its order. */
function sorted(items: readonly unknown[]): unknown[] {
  const keyed = items.map((item) => ({ item, key: keyOf(item) }));
  return keyed.every(({ key }) => key !== undefined)
    ? keyed.sort((a, b) => (a.key ?? '').localeCompare(b.key ?? '')).map(({ item }) => item)
    : [...items];
}

function keyOf(item: unknown): string | undefined {
  if (typeof item !== 'object' || item === null) {
    return undefined;
  }
  const { key, alias } = Object.fromEntries(Object.entries(item)) as { key?: unknown; alias?: unknown };
  return typeof key === 'string' ? key : typeof alias === 'string' ? alias : undefined;
}
