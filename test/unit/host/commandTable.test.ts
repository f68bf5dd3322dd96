import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { commands } from '../../../src/host/contributions';

interface Item {
  readonly command: string;
  readonly when?: string;
  readonly group?: string;
}

interface Manifest {
  contributes: {
    commands: { command: string; title: string; icon?: string; enablement?: string }[];
    menus: Record<string, (Item | { submenu: string })[]>;
    keybindings: { command: string; key: string; mac?: string; when?: string; args?: unknown }[];
  };
}

const read = <T>(file: string): T => JSON.parse(readFileSync(file, 'utf8')) as T;
const { contributes } = read<Manifest>('package.json');
const nls = read<Record<string, string>>('package.nls.json');

/** Palette, tree (menus of items), view's title, editor's title; the panels' own menus are the panels' matter. */
type Place = 'P' | 'T' | 'V' | 'E';

interface Row {
  readonly title: string;
  readonly places: readonly Place[];
  /** Changes the store: absent where that can only be read. */
  readonly writes: boolean;
  readonly key: string | undefined;
}

/** @param places as in the interface's plan; `*` changes the store, the rest is the key */
function row(title: string, spec = ''): Row {
  const [places = '', key] = spec.split(' ');
  return {
    title,
    places: [...places].filter((each): each is Place => 'PTVE'.includes(each)),
    writes: places.includes('*'),
    key,
  };
}

/**
 * The table of commands of the interface's plan. Beside it, the palette asks for what the tree would have known, so more are there than
 * the plan names. Baselines and primary metrics can be chosen in a store that can only be read, too: the window then remembers them.
 */
const table: Readonly<Record<string, Row>> = {
  openExperiment: row('Open Experiment...', 'PT'),
  openExperimentToSide: row('Open Experiment to the Side', 'PTE'),
  openModel: row('Open Model...', 'PT'),
  openRun: row('Open Run', 'PT'),
  openRunToSide: row('Open Run to the Side', 'PT ctrl+enter'),
  compareSelected: row('Compare Selected', 'PT'),
  compareWith: row('Compare with...', 'PT'),
  compareWithBaseline: row('Compare with Baseline', 'PT'),
  compareParams: row('Compare Parameters as Text', 'PT'),
  refresh: row('Refresh', 'PVE'),
  filter: row('Filter Runs...', 'PV ctrl+shift+f'),
  clearFilter: row('Clear Filter', 'PV'),
  sortBy: row('Sort Runs by...', 'PV'),
  groupBy: row('Group Runs by...', 'PV'),
  toggleShown: row('Show/Hide in Charts', 'PT space'),
  showOnly: row('Show Only This in Charts', 'T'),
  showOnlyThese: row('Show Only These in Charts', 'PT'),
  setAsBaseline: row('Set as Baseline', 'PT'),
  clearBaseline: row('Clear Baseline', 'PT'),
  setAsPrimaryMetric: row('Set as Primary Metric', 'PT'),
  rename: row('Rename...', 'PT* f2'),
  addTag: row('Add Tag...', 'PT*'),
  editNotes: row('Edit Notes', 'PT*'),
  changeColour: row('Change Colour...', 'PT*'),
  markAsEnded: row('Mark as Ended...', 'PT*'),
  moveToTrash: row('Move to Trash', 'PT* delete'),
  undo: row('Undo Move to Trash', 'P* ctrl+z'),
  restore: row('Restore', 'PT*'),
  deleteForGood: row('Delete for Good...', 'T* delete'),
  emptyTrash: row('Empty Trash...', 'PV*'),
  newExperiment: row('New Experiment...', 'PTV*'),
  openCode: row('Open Code as of Run', 'PT'),
  changesSinceRun: row('Changes Since Run', 'PT'),
  openCodeChanges: row('Open Code Changes', 'PT'),
  openArtifact: row('Open Artifact', 'T'),
  saveArtifactAs: row('Save As...', 'T'),
  compareArtifactWith: row('Compare Artifact with...', 'T'),
  showArtifacts: row('Show Artifacts', 'PT'),
  copyArtifactPath: row('Copy Path', 'T'),
  copyId: row('Copy ID', 'PT ctrl+c'),
  copyAsMarkdown: row('Copy as Markdown', 'PT'),
  copyAsTsv: row('Copy as TSV', 'PT'),
  copyAsCsv: row('Copy as CSV', 'PT'),
  copyAsJson: row('Copy as JSON', 'PT'),
  copyAsLatex: row('Copy as LaTeX', 'PT'),
  copyAsPython: row('Copy as Python', 'PT'),
  export: row('Export...', 'PT'),
  copyTheTwoLines: row('Copy the Two Lines', 'PV'),
  copyEnvironmentVariables: row('Copy Environment Variables...', 'PV'),
  insertTrackingLines: row('Insert Lines for a Notebook', 'P'),
  writeEnvFile: row('Write Tracking Server to .env', 'P'),
  createAnExampleRun: row('Create an Example Run', 'PV'),
  chooseStore: row('Choose Store...', 'PV'),
  registerVersion: row('Register Model...', 'PT*'),
  setStage: row('Change Stage...', 'PT*'),
  setAlias: row('Set Alias...', 'PT*'),
  removeAlias: row('Remove Alias...', 'PT*'),
  copyModelUri: row('Copy Model URI', 'PT ctrl+c'),
  copyLoadLines: row('Copy Lines That Load It', 'PT'),
  compareVersions: row('Compare Versions', 'T'),
  renameModel: row('Rename Model...', 'PT* f2'),
  deleteVersion: row('Delete Version...', 'T*'),
  deleteModel: row('Delete Model...', 'T*'),
  openView: row('Open View...', 'P'),
  saveView: row('Save View', 'P'),
  saveViewAs: row('Save View As...', 'P'),
  showRunningRuns: row('Show Running Runs', 'P'),
  stopServer: row('Stop Server', 'PV'),
  restartServer: row('Restart Server', 'PV'),
  showDiagnostics: row('Show Diagnostics', 'PV'),
  showLog: row('Show Log', 'PV'),
  // What a click on a row does.
  openSelected: row('Open Selected Item'),
  loadMore: row('Load More Runs'),
};

const places: Readonly<Record<Exclude<Place, 'P'>, readonly string[]>> = {
  T: ['view/item/context', 'labbook.copyAs'],
  V: ['view/title'],
  E: ['editor/title'],
};

const nameOf = (id: string): string => id.replace(/^labbook\./, '');
const itemsOf = (menu: string): Item[] => (contributes.menus[menu] ?? []).filter((item) => 'command' in item);
const isHidden = (command: string): boolean =>
  itemsOf('commandPalette').some((item) => item.command === command && item.when === 'false');

describe('the table of commands', () => {
  it('names every command, and no other', () => {
    assert.deepEqual(Object.keys(table).sort(), Object.keys(commands).sort());
  });

  for (const { command, title, icon, enablement = '' } of contributes.commands) {
    it(`holds for ${nameOf(command)}`, () => {
      const wanted = table[nameOf(command)];
      assert.ok(wanted, 'it is in the table');
      assert.equal(nls[title.slice(1, -1)], wanted.title);
      assert.equal(!isHidden(command), wanted.places.includes('P'), 'palette');
      for (const [place, menus] of Object.entries(places)) {
        const items = menus.flatMap(itemsOf).filter((item) => item.command === command);
        assert.equal(items.length > 0, wanted.places.includes(place as Place), `place ${place}`);
        for (const { when = '', group = '' } of items) {
          assert.ok(
            !wanted.writes || when.includes('labbook.canWrite'),
            `${place} hides it where nothing can be written`,
          );
          assert.ok(!/^(inline|navigation)/.test(group) || icon !== undefined, `${place} shows an icon`);
        }
      }
      const palette = itemsOf('commandPalette').find((item) => item.command === command)?.when ?? '';
      assert.ok(
        !wanted.writes || [palette, enablement].every((when) => when === 'false' || when.includes('labbook.canWrite')),
        'palette and keys leave it out where nothing can be written',
      );
      const keys = contributes.keybindings.filter((binding) => binding.command === command);
      assert.deepEqual(
        keys.map(({ key }) => key),
        wanted.key === undefined ? [] : [wanted.key],
      );
      for (const { mac, when = '' } of keys) {
        assert.ok(mac, 'there is a key on macOS');
        assert.match(when, /^focusedView (==|=~) .*listFocus && !inputFocus/, 'only in the tree, not where one types');
        assert.ok(!wanted.writes || when.includes('labbook.canWrite'));
      }
    });
  }

  it('has keys act on the row with the focus, not on the one that is selected', () => {
    const notOnRows = ['filter', 'undo'].map((name) => `labbook.${name}`);
    for (const { command, args } of contributes.keybindings.filter((each) => !notOnRows.includes(each.command))) {
      assert.deepEqual(args, { by: 'key' }, command);
    }
  });

  it('has one command a key and view', () => {
    const seen = new Set<string>();
    for (const { key, when = '' } of contributes.keybindings) {
      for (const view of /\((.+)\)\$/.exec(when)?.[1]?.split('|') ?? [/labbook\.(\w+)/.exec(when)?.[1] ?? '']) {
        assert.ok(!seen.has(`${key} ${view}`), `${key} in ${view}`);
        seen.add(`${key} ${view}`);
      }
    }
    assert.ok(seen.size >= contributes.keybindings.length);
  });

  it('shows what is for one run only where one run is selected', () => {
    const one = ['openRun', 'openRunToSide', 'compareWith', 'rename', 'setAsBaseline', 'openCode', 'showArtifacts'];
    for (const { command, when = '', group = '' } of itemsOf('view/item/context')) {
      if (one.includes(nameOf(command)) && !group.startsWith('inline')) {
        assert.ok(when.includes('!listMultiSelection'), command);
      }
    }
  });
});
