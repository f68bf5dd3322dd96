import type * as vscode from 'vscode';
import { betterOf, type Better } from '../../core/metricDirection';
import { readSetting } from '../contributions';

const directionsKey = 'metrics.directions';

/** Which values the user said are better, of single metrics. What another version left there is looked at, never believed. */
export function readDirections(memory: Pick<vscode.Memento, 'get'>): Record<string, Better> {
  const kept: unknown = memory.get(directionsKey);
  const entries: [string, unknown][] = typeof kept === 'object' && kept !== null ? Object.entries(kept) : [];
  return Object.fromEntries(
    entries.filter((entry): entry is [string, Better] => entry[1] === 'lower' || entry[1] === 'higher'),
  );
}

/** @param better undefined: what the settings say */
export async function keepDirection(memory: vscode.Memento, key: string, better: Better | undefined): Promise<void> {
  const others = Object.entries(readDirections(memory)).filter(([each]) => each !== key);
  const directions = better === undefined ? others : [...others, [key, better] as const];
  await memory.update(directionsKey, Object.fromEntries(directions));
}

/** Which values of a metric are better, by its key. */
export function readBetter(
  memory: Pick<vscode.Memento, 'get'>,
  workspace: Pick<typeof vscode.workspace, 'getConfiguration'>,
): (key: string) => Better | undefined {
  return betterOf({
    lowerIsBetter: readSetting(workspace, 'labbook.metrics.lowerIsBetter'),
    higherIsBetter: readSetting(workspace, 'labbook.metrics.higherIsBetter'),
    directions: readDirections(memory),
  });
}
