/** Which methods a path answers, for 405. */
export class RouteTable {
  private readonly exact = new Map<string, Set<string>>();
  /** Routes with parameters, and those that end with anything. */
  private readonly patterns = new Map<string, { readonly pattern: RegExp; readonly methods: Set<string> }>();

  add(method: string | string[], url: string): void {
    const methods = this.methodsFor(url);
    [method].flat().forEach((each) => methods.add(each));
  }

  /** As `METHOD path`. */
  get all(): string[] {
    const lines = (methods: ReadonlySet<string>, url: string): string[] => [...methods].map((each) => `${each} ${url}`);
    return [
      ...[...this.exact].flatMap(([url, methods]) => lines(methods, url)),
      ...[...this.patterns].flatMap(([url, { methods }]) => lines(methods, url)),
    ];
  }

  methodsOf(path: string): string[] {
    const found =
      this.exact.get(path) ?? [...this.patterns.values()].find(({ pattern }) => pattern.test(path))?.methods;
    return [...(found ?? [])].sort();
  }

  private methodsFor(url: string): Set<string> {
    if (!/[:*]/.test(url)) {
      const methods = this.exact.get(url) ?? new Set();
      this.exact.set(url, methods);
      return methods;
    }
    const source = url.replace(/[.]/g, '\\.').replace(/:\w+/g, '[^/]+').replace(/\*$/, '.*');
    const known = this.patterns.get(url) ?? { pattern: new RegExp(`^${source}$`), methods: new Set() };
    this.patterns.set(url, known);
    return known.methods;
  }
}
