import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { commands } from '../../../src/host/contributions';
import { sourcesOf } from './sources';

interface Manifest {
  contributes: { commands: { command: string; title: string }[] };
}

const manifest = JSON.parse(readFileSync('package.json', 'utf8')) as Manifest;
const nls = JSON.parse(readFileSync('package.nls.json', 'utf8')) as Record<string, string>;

/** What journeys do by a click or a button, which no source names: the command, and the step (`it`) that does it. */
const byHand: Readonly<Record<string, { readonly file: string; readonly step: string }>> = {
  openSelected: { file: 'test/ui/firstDay.test.ts', step: 'opens the run with a click, and its curve grows' },
  loadMore: { file: 'test/ui/sidebar.test.ts', step: 'loads more runs by a click on the last row' },
};

interface Step {
  readonly file: string;
  readonly text: string;
}

/** The steps (`it`) of a folder's tests, each with its source. */
function stepsOf(folder: string): Step[] {
  return sourcesOf(folder)
    .filter(({ file }) => file.endsWith('.test.ts'))
    .flatMap(({ file, text }) =>
      text
        .split(/^\s*it\(/m)
        .slice(1)
        .map((step) => ({ file, text: step })),
    );
}

const host = stepsOf('test/host');
const journeys = stepsOf('test/ui');

/** Where a command is executed: by its id in VS Code's extension host, or by its title from a menu or the palette of the workbench. */
function testsOf(name: string, title: string): string[] {
  const executes = new RegExp(`\\bexecute(?:Command)?\\(\\s*commands\\.${name}\\b`);
  const chooses = (text: string): boolean =>
    text.includes(`'Labbook: ${title}'`) || (text.includes('chooseFromMenu(') && text.includes(`'${title}'`));
  return [
    ...host.filter(({ text }) => executes.test(text)),
    ...journeys.filter(({ text }) => chooses(text)),
    ...journeys.filter(({ file, text }) => byHand[name]?.file === file && text.includes(byHand[name].step)),
  ].map(({ file, text }) => `${file}: ${/'(.*?)'/.exec(text)?.[1] ?? ''}`);
}

describe('every command', () => {
  for (const [name, id] of Object.entries(commands)) {
    it(`has a test in VS Code: ${name}`, () => {
      const title = manifest.contributes.commands.find(({ command }) => command === id)?.title ?? '';
      const tests = testsOf(name, nls[title.slice(1, -1)] ?? '');
      assert.ok(tests.length > 0, `nothing in test/host executes it, and no journey in test/ui chooses it`);
    });
  }
});
