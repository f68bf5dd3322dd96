import assert from 'node:assert/strict';
import themes from '../fakes/fakeHost/themes.json';
import {
  chartScenario,
  compareScenario,
  curve,
  experimentScenario,
  fakeRun,
  runScenario,
} from '../fakes/fakeHost/scenario';
import { exampleRun, exampleRuns } from './examples';
import { take } from './kept';
import { PanelBrowser, until, type Panel } from './panelPage';

const line = curve(20, (step) => step);
const many = Array.from({ length: 16 }, (_, slot) => fakeRun(slot, { metrics: { loss: line, test: line } }));
const scenarios = {
  run: { scenario: runScenario(exampleRun()), key: 'val/acc' },
  compare: { scenario: compareScenario(exampleRuns().slice(3, 8)), key: 'val/acc' },
  'compare, with a legend': { scenario: compareScenario(many), key: 'loss' },
  chart: { scenario: chartScenario('loss', many), key: 'loss' },
  experiment: { scenario: experimentScenario(exampleRuns()), key: 'val/acc' },
};

/** Tab stops of a panel at most. */
const mostStops = 60;

interface Ring {
  /** Of what has the focus; undefined where nothing of the panel has it any more. */
  readonly name: string | undefined;
  /** Width, style and colour of its outline, or of that of the field that it is the text of. */
  readonly focused: string;
  /** The same when something else has the focus. */
  readonly blurred: string;
}

/** What the focus looks like, and what the same looks like without it. */
function ring(panel: Panel): Promise<Ring> {
  return panel.page.evaluate(() => {
    const { activeElement: element, body } = document;
    if (!(element instanceof HTMLElement) || element === body) {
      return { name: undefined, focused: '', blurred: '' };
    }
    const outline = (): string => {
      const holder = element.closest('.lb-find, .lb-select, .lb-query') ?? element;
      const around = element.role === 'treegrid' && element.parentElement ? element.parentElement : holder;
      const styles = [getComputedStyle(holder), getComputedStyle(around, '::after')];
      const { outlineStyle, outlineWidth, outlineColor } =
        styles.find((style) => style.outlineStyle !== 'none') ?? getComputedStyle(holder);
      return outlineStyle === 'none' ? 'none' : `${outlineWidth} ${outlineStyle} ${outlineColor}`;
    };
    const focused = outline();
    element.blur();
    const blurred = outline();
    element.focus();
    const name = `${element.tagName} ${element.className} ${element.getAttribute('aria-label') ?? element.innerText}`;
    return { name, focused, blurred };
  });
}

describe('In high contrast, what has the focus', () => {
  let browser: PanelBrowser;
  before(async () => (browser = await PanelBrowser.open()));
  afterEach(() => browser.closePages());
  after(() => browser.dispose());

  /** `#f38518` as styles tell it. */
  const colour = `rgb(${[1, 3, 5].map((at) => Number.parseInt(themes.hc.contrastActiveBorder.slice(at, at + 2), 16)).join(', ')})`;

  /** Goes through all stops of the Tab key, and notes those that cannot be seen. */
  const walk = async (panel: Panel, where: string, faults: string[]): Promise<number> => {
    await panel.page.evaluate(() => document.activeElement instanceof HTMLElement && document.activeElement.blur());
    const seen = new Set<string>();
    for (let stops = 0; stops < mostStops; stops++) {
      await panel.page.keyboard.press('Tab');
      const { name, focused, blurred } = await ring(panel);
      if (name === undefined || seen.has(name)) {
        break;
      }
      seen.add(name);
      if (!focused.endsWith(`solid ${colour}`) || focused === blurred) {
        faults.push(`${where}: ${name}: ${focused}, else ${blurred}`);
      }
    }
    return seen.size;
  };

  for (const [name, { scenario, key }] of Object.entries(scenarios)) {
    it(`is outlined wherever the Tab key stops: ${name}`, async () => {
      const panel = await browser.show(scenario, { theme: 'hc', width: 1400, height: 900 });
      await panel.drawn(key);
      const faults: string[] = [];
      assert.ok((await walk(panel, 'at first', faults)) >= 4);
      for (const tab of await panel.page.getByRole('tab').all()) {
        await tab.click();
        await panel.page.getByRole('tabpanel').waitFor();
        await walk(panel, await tab.innerText(), faults);
      }
      assert.deepEqual(faults, []);
      assert.deepEqual(panel.errors, []);
    });
  }
});

/** Whether what has the focus looks otherwise than without it; undefined where nothing of the panel has it any more. */
function isTold(panel: Panel): Promise<{ readonly name: string; readonly told: boolean } | undefined> {
  return panel.page.evaluate(() => {
    const { activeElement: element, body } = document;
    if (!(element instanceof HTMLElement) || element === body) {
      return undefined;
    }
    const looks = (): string =>
      [element, element.closest('.lb-find, .lb-select, .lb-query'), element.querySelector('.lb-focused')]
        .flatMap((each) => (each ? [getComputedStyle(each), getComputedStyle(each, '::after')] : []))
        .concat(element.parentElement ? getComputedStyle(element.parentElement, '::after') : [])
        .map(({ outline, borderColor, backgroundColor }) => `${outline} ${borderColor} ${backgroundColor}`)
        .join();
    const focused = looks();
    element.blur();
    const told = looks() !== focused;
    element.focus();
    return { name: `${element.tagName} ${element.getAttribute('aria-label') ?? element.innerText}`, told };
  });
}

describe('In each other theme, what has the focus', () => {
  let browser: PanelBrowser;
  before(async () => (browser = await PanelBrowser.open()));
  afterEach(() => browser.closePages());
  after(() => browser.dispose());

  for (const theme of ['dark', 'light', 'hcLight'] as const) {
    it(`looks otherwise than without it, ${theme}`, async () => {
      const { scenario, key } = scenarios.experiment;
      const panel = await browser.show(scenario, { theme, width: 1400, height: 900 });
      await panel.drawn(key);
      await panel.page.getByRole('combobox', { name: 'Filter runs' }).focus();
      const seen = new Map<string, boolean>();
      for (let at = await isTold(panel); at && !seen.has(at.name); at = await isTold(panel)) {
        seen.set(at.name, at.told);
        // Inside of bars arrows go on: each of their controls once.
        for (const arrow of ['ArrowRight', 'Tab']) {
          await panel.page.keyboard.press(arrow);
          const next = await isTold(panel);
          if (next && arrow === 'ArrowRight' && !seen.has(next.name)) {
            seen.set(next.name, next.told);
          }
        }
      }
      assert.ok(seen.size >= 10, [...seen.keys()].join('\n'));
      assert.deepEqual(
        [...seen].filter(([, told]) => !told).map(([name]) => name),
        [],
      );
      assert.deepEqual(panel.errors, []);
    });
  }

  it('is outlined all round where it is the table, over what stays in its place while it is scrolled', async () => {
    const { scenario, key } = scenarios.experiment;
    const panel = await browser.show(scenario, { theme: 'dark', width: 1000, height: 800, isFixed: true });
    await panel.drawn(key);
    await panel.page.getByRole('combobox', { name: 'Filter runs' }).focus();
    const table = panel.page.getByRole('treegrid');
    for (let stops = 0; stops < 10 && !(await table.evaluate((box) => box === document.activeElement)); stops++) {
      await panel.page.keyboard.press('Tab');
    }
    const box = await table.boundingBox();
    assert.ok(box);
    const { data, width } = await take(panel);
    const colourAt = (x: number, y: number): string =>
      `#${data.subarray((Math.floor(y) * width + Math.floor(x)) * 4).toString('hex', 0, 3)}`;
    const middle = { x: box.x + box.width / 2, y: box.y + box.height / 2 };
    const seen = {
      left: colourAt(box.x + 0.5, middle.y),
      right: colourAt(box.x + box.width - 0.5, middle.y),
      top: colourAt(middle.x, box.y + 0.5),
      bottom: colourAt(middle.x, box.y + box.height - 0.5),
    };
    const ring = themes.dark.focusBorder.toLowerCase();
    assert.deepEqual(seen, { left: ring, right: ring, top: ring, bottom: ring });
  });
});

describe('Where motion is to be reduced', () => {
  let browser: PanelBrowser;
  before(async () => (browser = await PanelBrowser.open()));
  afterEach(() => browser.closePages());
  after(() => browser.dispose());

  /** What moves by itself. */
  const moving = (panel: Panel): Promise<string[]> =>
    panel.page.evaluate(() =>
      [...document.querySelectorAll('*')].flatMap((element) =>
        ['', '::before', '::after'].flatMap((pseudo) => {
          const { animationDuration, animationName, transitionDuration } = getComputedStyle(element, pseudo);
          const isStill =
            (animationName === 'none' || /^0s(, 0s)*$/.test(animationDuration)) &&
            /^0s(, 0s)*$/.test(transitionDuration);
          return isStill ? [] : [`${element.className}${pseudo}: ${animationDuration}, ${transitionDuration}`];
        }),
      ),
    );

  for (const [name, { scenario, key }] of Object.entries(scenarios)) {
    it(`nothing moves: ${name}`, async () => {
      const method = scenario.subject.panel === 'experiment' ? 'tableRows' : 'runs';
      const panel = await browser.show({ ...scenario, delays: { [method]: 1500 } });
      await panel.page.emulateMedia({ reducedMotion: 'reduce' });
      await panel.page.getByRole('progressbar').first().waitFor();
      const found = await moving(panel);
      await panel.drawn(key);
      found.push(...(await moving(panel)));
      await panel.canvas(key).hover({ position: { x: 120, y: 60 } });
      await until('the tooltip is there', async () => (await panel.page.locator('.lb-tooltip').count()) === 1);
      found.push(...(await moving(panel)));
      assert.deepEqual(found, []);
    });
  }
});
