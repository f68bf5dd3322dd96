import assert from 'node:assert/strict';
import { panelState } from '../../../src/host/panels/messages';
import { OpenPanel } from '../../../src/host/panels/openPanel';
import { OpenPanels } from '../../../src/host/panels/openPanels';
import type { PanelSubject } from '../../../src/protocol/panels';

/** A tab, and how it comes to the front, out of sight, or into sight beside what is in front. */
function tab(title: string, viewType = 'labbook.experimentPanel') {
  const listeners = new Set<() => void>();
  const panel = {
    title,
    viewType,
    viewColumn: 1,
    active: false,
    visible: false,
    reveal: () => undefined,
    onDidChangeViewState: (listener: () => void) => {
      listeners.add(listener);
      return { dispose: () => listeners.delete(listener) };
    },
  };
  const become = (active: boolean, visible: boolean): void => {
    Object.assign(panel, { active, visible });
    listeners.forEach((listener) => listener());
  };
  return {
    panel,
    front: () => become(true, true),
    beside: () => become(false, true),
    behind: () => become(false, false),
  };
}

const one: PanelSubject = { panel: 'experiment', experimentId: '1' };
const two: PanelSubject = { panel: 'experiment', experimentId: '2' };
const run: PanelSubject = { panel: 'run', runId: 'r' };

describe('open panels', () => {
  const scene = (...subjects: PanelSubject[]) => {
    const panels = new OpenPanels();
    const tabs = subjects.map((subject) => {
      const shown = tab(`title ${subject.panel}`, `labbook.${subject.panel}Panel`);
      const open = new OpenPanel(shown.panel as never, subject, () => ({ notify: () => undefined }));
      return { ...shown, open, added: panels.add(open) };
    });
    return { panels, tabs: tabs as [(typeof tabs)[0], (typeof tabs)[0], (typeof tabs)[0]] };
  };

  it('are found by what they show: the one in front, then one in sight, then the last that was in front', () => {
    const { panels, tabs } = scene(one, one, two);
    const [first, second, other] = tabs;
    assert.equal(panels.find(run), undefined);
    first.front();
    second.beside();
    assert.equal(panels.find(one), first.open);
    assert.equal(panels.findOther(one), second.open);
    other.front();
    first.behind();
    assert.equal(panels.find(one), second.open);
    second.behind();
    assert.equal(panels.find(one), first.open, 'it was in front later');
    assert.equal(panels.findOther(two), undefined, 'it is in front');
    first.added.dispose();
    assert.equal(panels.find(one), second.open);
  });

  it('are the source of a split where they are in sight, whatever VS Code writes before their type', () => {
    const { panels, tabs } = scene(one, two, run);
    const [first, second] = tabs;
    const split = { viewType: 'mainThreadWebview-labbook.experimentPanel', title: 'title experiment' };
    assert.equal(panels.shownIn(split), undefined);
    first.front();
    assert.equal(panels.shownIn(split), first.open);
    first.beside();
    second.front();
    second.beside();
    assert.equal(panels.shownIn(split), second.open, 'of two with the same title the one that was in front');
    assert.equal(panels.shownIn({ ...split, title: 'train.py' }), undefined);
    assert.equal(panels.shownIn({ ...split, viewType: 'markdown.preview' }), undefined);
  });

  it('have an experiment that commands act on: in front, or the only one in sight', () => {
    const { panels, tabs } = scene(one, two, run);
    const [first, second, third] = tabs;
    assert.equal(panels.activeExperiment, undefined);
    first.beside();
    third.front();
    assert.equal(panels.activeExperiment, first.open);
    second.beside();
    assert.equal(panels.activeExperiment, undefined, 'it is not clear which');
    first.front();
    assert.equal(panels.activeExperiment, first.open);
  });

  it('come back from what they left: what they showed, and how it was arranged', () => {
    const { subject, ...arrangement } = panelState.parse({ subject: one, tab: 'x', charts: { log: ['a'] } });
    assert.deepEqual([subject, arrangement], [one, { tab: 'x', charts: { log: ['a'] } }]);
    assert.equal(panelState.safeParse({ tab: 'x' }).success, false);
  });
});
