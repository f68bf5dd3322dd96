/**
 * What a command is applied to. Arguments of commands come from menus (a tree item and the selection), from keybindings and
 * the palette (nothing), from panels and from anyone who writes keybindings.json, so they are looked at, never believed.
 */
export interface RunTarget {
  readonly runId: string;
  readonly experimentId?: string;
  /** The keyboard stays where it is: a click in a tree is a look, and arrows, F2 and Delete go on there. */
  readonly keepFocus?: boolean;
}

export interface ExperimentTarget {
  readonly experimentId: string;
  /** As of a run. */
  readonly keepFocus?: boolean;
}

/** A key in the tree asked: for the row that has the focus, whatever is selected. */
export interface KeyTarget {
  readonly by: 'key';
}

/** A run or an experiment, with its new name where nobody is to be asked for it. */
export type RenameTarget = (RunTarget | ExperimentTarget) & { readonly name?: string };

/** A run, with the tag where nobody is to be asked for it. */
export type TagTarget = RunTarget & { readonly key?: string; readonly value?: string };

export interface ArtifactTarget extends RunTarget {
  readonly path: string;
}

export interface LoadMoreTarget {
  readonly experimentId: string;
  /** The id of the tree's element of which more is wanted; default: the experiment. */
  readonly within?: string;
}

export interface ModelTarget {
  readonly model: string;
}

export interface VersionTarget extends ModelTarget {
  readonly version: number;
  readonly runId?: string;
}

/** A registered model, or one of its versions, told apart. */
export type ModelThing =
  | { readonly kind: 'model'; readonly model: string }
  | {
      readonly kind: 'version';
      readonly model: string;
      readonly version: number;
      readonly runId: string | undefined;
    };

/** A run or an experiment, told apart. */
export type Thing =
  { readonly kind: 'run'; readonly runId: string } | { readonly kind: 'experiment'; readonly experimentId: string };

function fieldOf(value: unknown, name: string): string | undefined {
  if (typeof value !== 'object' || value === null) {
    return undefined;
  }
  const field: unknown = Reflect.get(value, name);
  return typeof field === 'string' && field !== '' ? field : undefined;
}

/** A field of a command's argument where it is a text. */
export const textField = fieldOf;

/** Whether a key in the tree asked. */
export function isByKey(value: unknown): value is KeyTarget {
  return fieldOf(value, 'by') === 'key';
}

/** Whether a command's argument asks to leave the keyboard where it is. */
export function keepsFocus(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Reflect.get(value, 'keepFocus') === true;
}

/**
 * What one argument stands for: a tree item of a run or an experiment, or a plain `{runId}` or `{experimentId}`. Items below
 * a run (metrics, artifacts…) also carry a run id but are no runs: deleting one must not delete its run.
 */
export function thingOf(value: unknown): Thing | undefined {
  const kind = fieldOf(value, 'kind');
  const runId = fieldOf(value, 'runId');
  const experimentId = fieldOf(value, 'experimentId');
  if (runId !== undefined && (kind === undefined || kind === 'run') && fieldOf(value, 'model') === undefined) {
    return { kind: 'run', runId };
  }
  if (runId === undefined && experimentId !== undefined && (kind === undefined || kind === 'experiment')) {
    return { kind: 'experiment', experimentId };
  }
  return undefined;
}

/**
 * What a command is applied to: the selection where the clicked item is part of it (as in VS Code's own trees), else the
 * item alone; without arguments what is selected in the tree. Each thing once, in order.
 */
export function thingsOf(target: unknown, selection: unknown, treeSelection: readonly unknown[]): Thing[] {
  const more: readonly unknown[] = Array.isArray(selection) ? selection : [];
  const given = target === undefined ? treeSelection : [target, ...more];
  const things = new Map<string, Thing>();
  for (const thing of given.map(thingOf)) {
    if (thing !== undefined) {
      things.set(thing.kind === 'run' ? `run:${thing.runId}` : `experiment:${thing.experimentId}`, thing);
    }
  }
  return [...things.values()];
}

export function runIdsOf(things: readonly Thing[]): string[] {
  return things.flatMap((thing) => (thing.kind === 'run' ? [thing.runId] : []));
}

/** What one argument stands for in the model registry: an item of the view Models, or a plain `{model}` with or without `version`. */
export function modelThingOf(value: unknown): ModelThing | undefined {
  const model = fieldOf(value, 'model');
  const version: unknown = typeof value === 'object' && value !== null ? Reflect.get(value, 'version') : undefined;
  if (model === undefined) {
    return undefined;
  }
  return typeof version === 'number' && Number.isSafeInteger(version) && version > 0
    ? { kind: 'version', model, version, runId: fieldOf(value, 'runId') }
    : version === undefined
      ? { kind: 'model', model }
      : undefined;
}

/** As `thingsOf`, for models and versions. */
export function modelThingsOf(target: unknown, selection: unknown, viewSelection: readonly unknown[]): ModelThing[] {
  const more: readonly unknown[] = Array.isArray(selection) ? selection : [];
  const given = target === undefined ? viewSelection : [target, ...more];
  const things = new Map<string, ModelThing>();
  for (const thing of given.map(modelThingOf)) {
    if (thing !== undefined) {
      things.set(JSON.stringify([thing.model, thing.kind === 'version' ? thing.version : 0]), thing);
    }
  }
  return [...things.values()];
}
