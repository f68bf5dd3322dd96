import * as vscode from 'vscode';
import { commands, type CommandHandlers } from '../contributions';
import { inMessage, inPick } from '../platform/text';
import type { Catalog } from '../tree/catalog';
import type { ExperimentsView } from '../tree/experimentsView';
import { parseTreeFilter, type Grouping, type TreeSort } from '../tree/treeQuery';
import { attempt, preset, type Tools } from './tools';

type ViewCommands = CommandHandlers<
  typeof commands.filter | typeof commands.clearFilter | typeof commands.sortBy | typeof commands.groupBy
>;

/** Groupings that a pick offers at most, of each kind. */
const offeredKeys = 100;

/** Commands that decide which runs the view Experiments shows, and how. */
export function viewCommands(tools: Tools, { experiments }: { readonly experiments: ExperimentsView }): ViewCommands {
  const { t } = vscode.l10n;
  const { catalog } = experiments;
  return {
    [commands.filter]: (given) =>
      attempt(tools, t('Could not filter the runs'), async () => {
        const text = preset(given, 'text') ?? (await askForFilter(catalog));
        if (text !== undefined) {
          applyFilter(catalog, text);
        }
      }),
    [commands.clearFilter]: () => catalog.setQuery({ ...catalog.query, filter: undefined }),
    [commands.sortBy]: (given) =>
      attempt(tools, t('Could not sort the runs'), async () => {
        const { sort: now } = catalog.query;
        const offers: { sort: TreeSort; label: string }[] = [
          { sort: 'newest', label: t('Newest first') },
          { sort: 'oldest', label: t('Oldest first') },
          { sort: 'name', label: t('Name') },
          { sort: 'metricHigh', label: t('Primary metric, highest first') },
          { sort: 'metricLow', label: t('Primary metric, lowest first') },
        ];
        const wanted = preset(given, 'sort');
        const choice =
          offers.find(({ sort }) => sort === wanted) ??
          (await vscode.window.showQuickPick(
            offers.map((offer) => ({ ...offer, ...(offer.sort === now ? { description: t('now') } : {}) })),
            { title: t('Sort Runs by') },
          ));
        if (choice) {
          catalog.setQuery({ ...catalog.query, sort: choice.sort });
        }
      }),
    [commands.groupBy]: () =>
      attempt(tools, t('Could not group the runs'), async () => {
        const choice = await vscode.window.showQuickPick(groupings(catalog), {
          title: t('Group Runs by'),
          matchOnDescription: true,
        });
        if (choice) {
          catalog.setQuery({ ...catalog.query, grouping: choice.grouping });
        }
      }),
  };
}

/** What a bare name in a filter means: what the loaded runs have of that name. */
function resolver(catalog: Catalog): (name: string) => 'metric' | 'param' | 'tag' | undefined {
  const kinds = new Map<string, 'metric' | 'param' | 'tag'>();
  for (const { list } of catalog.experiments) {
    for (const run of list?.runs.values() ?? []) {
      run.tags.forEach(({ key }) => kinds.set(key, kinds.get(key) ?? 'tag'));
      run.params.forEach(({ key }) => kinds.set(key, kinds.get(key) === 'metric' ? 'metric' : 'param'));
      run.metrics.forEach(({ key }) => kinds.set(key, 'metric'));
    }
  }
  return (name) => kinds.get(name);
}

function applyFilter(catalog: Catalog, text: string): void {
  const parsed = parseTreeFilter(text, { resolve: resolver(catalog), t: vscode.l10n.t });
  if (!parsed.ok) {
    throw new Error(inMessage(parsed.message, 300));
  }
  catalog.setQuery({ ...catalog.query, filter: parsed.filter });
}

/** Asks for a filter; what is wrong with it is said while it is typed. Empty shows all runs. */
function askForFilter(catalog: Catalog): Promise<string | undefined> {
  const { t } = vscode.l10n;
  const resolve = resolver(catalog);
  return Promise.resolve(
    vscode.window.showInputBox({
      title: t('Filter Runs'),
      value: catalog.query.filter?.text ?? '',
      prompt: t('MLflow’s filter syntax, with OR, parentheses and ranges. Empty shows all runs.'),
      placeHolder: 'metrics.loss < 0.3 and params.optimizer = "adam"',
      ignoreFocusOut: true,
      validateInput: (text) => {
        const parsed = parseTreeFilter(text, { resolve, t });
        return parsed.ok ? undefined : t('{0} (at character {1})', inMessage(parsed.message, 300), parsed.offset + 1);
      },
    }),
  );
}

function groupings(catalog: Catalog): (vscode.QuickPickItem & { readonly grouping?: Grouping })[] {
  const { t } = vscode.l10n;
  const params = new Set<string>();
  const tags = new Set<string>();
  for (const { list } of catalog.experiments) {
    for (const run of list?.runs.values() ?? []) {
      run.params.forEach(({ key }) => params.add(key));
      run.tags.filter(({ key }) => !key.startsWith('mlflow.')).forEach(({ key }) => tags.add(key));
    }
  }
  const keys = (of: ReadonlySet<string>): string[] => [...of].sort().slice(0, offeredKeys);
  return [
    { label: `$(list-flat) ${t('No groups')}` },
    { label: `$(pulse) ${t('Status')}`, grouping: { kind: 'status' } },
    ...keys(params).map((key) => ({
      label: `$(settings) ${inPick(key)}`,
      description: t('parameter'),
      grouping: { kind: 'param', key } as const,
    })),
    ...keys(tags).map((key) => ({
      label: `$(tag) ${inPick(key)}`,
      description: t('tag'),
      grouping: { kind: 'tag', key } as const,
    })),
  ];
}
