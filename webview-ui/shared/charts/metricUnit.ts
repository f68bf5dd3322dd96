const units: ReadonlyMap<string, string> = new Map([
  ['percentage', '%'],
  ['percent', '%'],
  ['megabytes', 'MB'],
  ['gigabytes', 'GB'],
  ['watts', 'W'],
  ['celsius', '°C'],
  ['seconds', 's'],
]);

/**
 * The unit of a metric whose name ends with it, as those of MLflow's system metrics do (`system/gpu_0_power_usage_watts`); undefined
 * where the name says none.
 */
export function unitOf(key: string): string | undefined {
  return units.get(/[_/ ]([a-z]+)$/.exec(key)?.[1] ?? '');
}
