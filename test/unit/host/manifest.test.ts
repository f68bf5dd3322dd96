import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { runColours } from '../../../src/core/runColour';
import {
  commands,
  contextKeys,
  notesScheme,
  panelViewTypes,
  scheme,
  settings,
  viewIds,
} from '../../../src/host/contributions';
import { sourcesOf } from './sources';

interface Manifest {
  activationEvents: string[];
  icon: string;
  extensionKind: string[];
  enabledApiProposals?: string[];
  capabilities: {
    untrustedWorkspaces: { supported: string; description: string; restrictedConfigurations: string[] };
    virtualWorkspaces: { supported: string; description: string };
  };
  contributes: {
    commands: { command: string; title: string; category: string; enablement?: string }[];
    configuration: { properties: Record<string, { default: unknown; scope?: string }> };
    colors: { id: string; defaults: Record<string, string> }[];
    viewsContainers: { activitybar: { id: string; icon: string }[] };
    views: Record<string, { id: string; when?: string }[]>;
    viewsWelcome: { view: string; contents: string; when?: string }[];
    submenus: { id: string }[];
    walkthroughs: {
      steps: { description: string; media: { image: Record<string, string> }; completionEvents: string[] }[];
    }[];
    menus: Record<string, ({ command: string; when?: string } | { submenu: string; when?: string })[]>;
    keybindings: { command: string; when?: string }[];
  };
}

const read = <T>(file: string): T => JSON.parse(readFileSync(file, 'utf8')) as T;
const text = readFileSync('package.json', 'utf8');
const manifest = read<Manifest>('package.json');
const nls = read<Record<string, string>>('package.nls.json');
const { contributes } = manifest;
const declared = contributes.commands.map(({ command }) => command);
const allItems = Object.values(contributes.menus).flat();
const menuItems = allItems.filter((item) => 'command' in item);

describe('manifest and code', () => {
  it('name the same commands', () => {
    assert.deepEqual([...declared].sort(), Object.values(commands).sort());
  });

  it('register every command in exactly one place', () => {
    const code = sourcesOf('src/host')
      .filter(({ file }) => !file.endsWith('contributions.ts'))
      .map(({ text: source }) => source)
      .join('\n');
    for (const name of Object.keys(commands)) {
      const places = code.match(new RegExp(`\\[commands\\.${name}\\]: `, 'g')) ?? [];
      assert.equal(places.length, 1, `${name} is registered ${places.length} times`);
    }
  });

  it('spell no id outside of contributions.ts', () => {
    for (const { file, text: source } of [...sourcesOf('src/host'), ...sourcesOf('src/extension.ts')]) {
      if (!file.endsWith('contributions.ts')) {
        const ids = [...Object.values(commands), ...Object.values(viewIds), ...Object.values(panelViewTypes)];
        const spelt = ids.filter((id) => id !== viewIds.container && source.includes(`'${id}'`));
        assert.deepEqual(spelt, [], file);
      }
    }
  });

  it('name only declared commands in menus, keys and welcome texts', () => {
    const welcome = contributes.viewsWelcome.map(({ contents }) => nls[contents.slice(1, -1)] ?? '').join('\n');
    const linked = [...welcome.matchAll(/command:(labbook\.\w+)/g)].map(([, id]) => id ?? '');
    assert.ok(linked.length > 0);
    for (const id of [...menuItems, ...contributes.keybindings].map(({ command }) => command).concat(linked)) {
      assert.ok(declared.includes(id), id);
    }
  });

  it('show every submenu, each with items', () => {
    const shown = allItems.flatMap((item) => ('submenu' in item ? [item.submenu] : []));
    assert.deepEqual(
      [...new Set(shown)],
      contributes.submenus.map(({ id }) => id),
    );
    contributes.submenus.forEach(({ id }) => assert.ok((contributes.menus[id] ?? []).length > 0, id));
  });

  it('walk through commands that are there, with pictures that are there', () => {
    const focus = Object.values(viewIds).map((id) => `${id}.focus`);
    for (const { description, media, completionEvents } of contributes.walkthroughs.flatMap(({ steps }) => steps)) {
      const linked = [...(nls[description.slice(1, -1)] ?? '').matchAll(/command:([\w.]+)/g)].map(([, id]) => id ?? '');
      const awaited = completionEvents.flatMap((event) => /^onCommand:(.+)$/.exec(event)?.[1] ?? []);
      for (const id of [...linked, ...awaited]) {
        assert.ok(declared.includes(id) || focus.includes(id), id);
      }
      Object.values(media.image).forEach((file) => assert.ok(existsSync(file), file));
    }
  });

  it('agree on settings and their defaults', () => {
    const { properties } = contributes.configuration;
    assert.deepEqual(Object.keys(properties).sort(), Object.keys(settings).sort());
    for (const [id, { fallback }] of Object.entries(settings)) {
      assert.deepEqual(properties[id]?.default, fallback, id);
      assert.ok(properties[id]?.scope, `${id} has a scope`);
    }
  });

  it('read every setting somewhere', () => {
    const code = [...sourcesOf('src/host'), ...sourcesOf('src/extension.ts')];
    for (const id of Object.keys(settings)) {
      const readers = code.filter(
        ({ file, text: source }) => !file.endsWith('contributions.ts') && source.includes(`'${id}'`),
      );
      assert.ok(readers.length > 0, id);
    }
  });

  it('agree on context keys', () => {
    const whens = [
      ...allItems.map(({ when }) => when),
      ...contributes.keybindings.map(({ when }) => when),
      ...contributes.commands.map(({ enablement }) => enablement),
      ...contributes.viewsWelcome.map(({ when }) => when),
      ...Object.values(contributes.views).flatMap((views) => views.map(({ when }) => when)),
    ].join(' ');
    // Views are named in clauses too, beside `view ==`.
    const views: string[] = Object.values(viewIds);
    const used = [...whens.matchAll(/(?<![\w.\\])labbook\.\w+/g)].map(([id]) => id).filter((id) => !views.includes(id));
    assert.deepEqual([...new Set(used)].sort(), [...contextKeys].sort());
  });

  it('name the same views, panels and scheme', () => {
    const views = Object.values(contributes.views).flatMap((each) => each.map(({ id }) => id));
    assert.deepEqual(views.sort(), [viewIds.experiments, viewIds.models, viewIds.trash].sort());
    assert.equal(contributes.viewsContainers.activitybar[0]?.id, viewIds.container);
    const events = Object.values(panelViewTypes).map((type) => `onWebviewPanel:${type}`);
    assert.deepEqual(
      [...manifest.activationEvents].sort(),
      ['onStartupFinished', `onFileSystem:${scheme}`, `onFileSystem:${notesScheme}`, ...events].sort(),
    );
  });

  it('contribute the colours of runs', () => {
    contributes.colors.forEach(({ id, defaults }, i) => {
      assert.equal(id, `labbook.run${i + 1}`);
      assert.deepEqual(defaults, {
        dark: runColours.dark[i],
        light: runColours.light[i],
        highContrast: runColours.hc[i],
        highContrastLight: runColours.light[i],
      });
    });
    assert.equal(contributes.colors.length, runColours.dark.length);
  });

  it('use every text of package.nls.json and no other', () => {
    const used = [...text.matchAll(/"%([^%"]+)%"/g)].map(([, key]) => key ?? '');
    assert.deepEqual([...new Set(used)].sort(), Object.keys(nls).sort());
  });

  it('say where the extension works: beside the workspace, also remote, and how far in restricted and virtual ones', () => {
    const { extensionKind, enabledApiProposals, capabilities } = manifest;
    assert.deepEqual(extensionKind, ['workspace']);
    assert.equal(enabledApiProposals, undefined);
    for (const { supported, description } of [capabilities.untrustedWorkspaces, capabilities.virtualWorkspaces]) {
      assert.equal(supported, 'limited');
      assert.ok(nls[description.slice(1, -1)], description);
    }
  });

  it('ask for no port to be forwarded: panels and trees get everything from the extension, beside the server', () => {
    for (const { file, text: source } of [...sourcesOf('src/host'), ...sourcesOf('src/extension.ts')]) {
      assert.doesNotMatch(source, /asExternalUri|portMapping|openTunnel/, file);
    }
  });

  it('keep settings that name folders from untrusted workspaces', () => {
    assert.deepEqual(manifest.capabilities.untrustedWorkspaces.restrictedConfigurations, [
      'labbook.store.path',
      'labbook.server.artifactFolders',
      'labbook.views.folder',
    ]);
  });

  it('give every command a category, and hide what needs an item from the palette', () => {
    assert.ok(contributes.commands.every(({ category }) => category === 'Labbook'));
    const palette = (contributes.menus['commandPalette'] ?? []).filter((item) => 'command' in item);
    const hidden = palette.filter(({ when }) => when === 'false');
    assert.deepEqual(
      hidden.map(({ command }) => command).sort(),
      [
        commands.compareArtifactWith,
        commands.compareVersions,
        commands.copyArtifactPath,
        commands.deleteForGood,
        commands.deleteModel,
        commands.deleteVersion,
        commands.loadMore,
        commands.openArtifact,
        commands.openSelected,
        commands.saveArtifactAs,
        commands.showOnly,
      ].sort(),
    );
  });
});
