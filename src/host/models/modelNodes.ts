/** What the view Models shows, as pure functions. `t` translates. */
import { formatAgo, formatInstant } from '../../core/format';
import type { ModelVersion, RegisteredModel } from '../../core/registry';
import { inMarkdown, oneLine, type Translate } from '../platform/text';
import type { NodeView } from '../tree/model';

/** `id` is the same for the same thing for ever, so expansion and selection stay. */
export type ModelRef =
  | { readonly kind: 'model'; readonly id: string; readonly model: string }
  | {
      readonly kind: 'version';
      readonly id: string;
      readonly model: string;
      readonly version: number;
      /** The run that made it, where that is known. */
      readonly runId?: string;
    }
  | { readonly kind: 'failure'; readonly id: string; readonly message: string };

export interface RegistryModel {
  readonly models: readonly RegisteredModel[];
  /** Highest version first; undefined until somebody looked. */
  versions(model: string): readonly ModelVersion[] | undefined;
  /** Name of a run, where it was read. */
  runName(runId: string): string | undefined;
}

export const modelRef = (model: string): ModelRef => ({ kind: 'model', id: `model:${model}`, model });

export function versionRef({ name, version, runId }: ModelVersion): ModelRef {
  return {
    kind: 'version',
    id: `version:${name}:${version}`,
    model: name,
    version,
    ...(runId === undefined ? {} : { runId }),
  };
}

export function modelRefs(registry: RegistryModel): ModelRef[] {
  return [...registry.models].sort((a, b) => (a.name < b.name ? -1 : 1)).map(({ name }) => modelRef(name));
}

/** Elements below a model; undefined where its versions were not read yet. */
export function versionRefs(model: string, registry: RegistryModel): ModelRef[] | undefined {
  return registry.versions(model)?.map(versionRef);
}

/** How an element looks; undefined where the thing is gone. */
export function modelView(ref: ModelRef, registry: RegistryModel, t: Translate): NodeView | undefined {
  switch (ref.kind) {
    case 'model': {
      const model = registry.models.find(({ name }) => name === ref.model);
      return (
        model && {
          id: ref.id,
          label: oneLine(model.name),
          description: countOfVersions(model, registry, t),
          icon: { name: 'package' },
          expandable: true,
          contextValue: 'model;',
          accessibleName: t('{0}, registered model, {1}', oneLine(model.name), countOfVersions(model, registry, t)),
        }
      );
    }
    case 'version': {
      const version = find(ref, registry);
      return version && versionView(ref.id, version, registry, t);
    }
    case 'failure':
      return {
        id: ref.id,
        label: oneLine(ref.message),
        icon: { name: 'warning' },
        expandable: false,
        contextValue: 'failure;',
      };
  }
}

function countOfVersions(model: RegisteredModel, registry: RegistryModel, t: Translate): string {
  const versions = registry.versions(model.name);
  if (versions === undefined) {
    const newest = Math.max(0, ...model.latestVersions.map(({ version }) => version));
    return newest === 0 ? t('no versions') : t('newest v{0}', newest);
  }
  const n = versions.length;
  return n === 0 ? t('no versions') : n === 1 ? t('1 version') : t('{0} versions', n);
}

function versionView(id: string, version: ModelVersion, registry: RegistryModel, t: Translate): NodeView {
  const description = versionDescription(version, registry);
  const label = `v${version.version}`;
  return {
    id,
    label,
    description,
    icon: { name: 'layers' },
    expandable: false,
    contextValue: `version;stage=${version.stage.toLowerCase()};${version.runId === undefined ? '' : 'run;'}${version.aliases.length > 0 ? 'alias;' : ''}`,
    accessibleName:
      description === ''
        ? t('{0}, version {1}', oneLine(version.name), version.version)
        : t('{0}, version {1}, {2}', oneLine(version.name), version.version, description.replaceAll(' · ', ', ')),
  };
}

/** Aliases, the stage where there is one, and the run that made it. */
export function versionDescription(version: ModelVersion, registry: RegistryModel): string {
  const { aliases, stage, runId } = version;
  const run = runId === undefined ? undefined : registry.runName(runId);
  return [
    aliases.map((alias) => `@${oneLine(alias, 40)}`).join(' '),
    stage === 'None' ? '' : stage,
    run === undefined ? '' : oneLine(run, 60),
  ]
    .filter((part) => part !== '')
    .join(' · ');
}

/** The hover of an element as Markdown in which every name is harmless. */
export function modelTooltip(ref: ModelRef, registry: RegistryModel, t: Translate, now: number): string | undefined {
  if (ref.kind === 'failure') {
    return inMarkdown(ref.message, 2000);
  }
  if (ref.kind === 'model') {
    const model = registry.models.find(({ name }) => name === ref.model);
    return (
      model &&
      paragraphs([
        `**${inMarkdown(model.name)}**`,
        inMarkdown(model.description, 1000),
        t('Registered {0}', inMarkdown(formatInstant(model.createdAt).local)),
        tagsText(model.tags),
      ])
    );
  }
  const version = find(ref, registry);
  const run = version?.runId === undefined ? undefined : (registry.runName(version.runId) ?? version.runId);
  return (
    version &&
    paragraphs([
      `**${inMarkdown(version.name)}** v${version.version}`,
      inMarkdown(version.description ?? '', 1000),
      inMarkdown(versionDescription(version, registry)),
      t(
        'Registered {0}',
        inMarkdown(`${formatInstant(version.createdAt).local} (${formatAgo(version.createdAt, now)})`),
      ),
      run === undefined ? '' : t('Made by the run {0}', inMarkdown(run)),
      inMarkdown(version.source, 400),
      tagsText(version.tags),
    ])
  );
}

function find(ref: Extract<ModelRef, { kind: 'version' }>, registry: RegistryModel): ModelVersion | undefined {
  return registry.versions(ref.model)?.find(({ version }) => version === ref.version);
}

function tagsText(tags: readonly { readonly key: string; readonly value: string }[]): string {
  return tags
    .filter(({ key }) => !key.startsWith('mlflow.'))
    .slice(0, 10)
    .map(({ key, value }) => inMarkdown(`${oneLine(key, 60)} = ${oneLine(value, 100)}`))
    .join('  \n');
}

function paragraphs(parts: readonly string[]): string {
  return parts.filter((part) => part !== '').join('\n\n');
}

/** The address by which MLflow's clients load a version, by an alias where it has one. */
export function modelUri({ name, version, aliases }: Pick<ModelVersion, 'name' | 'version' | 'aliases'>): string {
  const [alias] = aliases;
  return alias === undefined ? `models:/${name}/${version}` : `models:/${name}@${alias}`;
}

/** The two lines of Python that load a version. */
export function loadLines(version: Pick<ModelVersion, 'name' | 'version' | 'aliases'>): string {
  return `import mlflow\nmodel = mlflow.pyfunc.load_model(${JSON.stringify(modelUri(version))})\n`;
}
