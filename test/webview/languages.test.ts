import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { panelStrings } from '../../src/protocol/panelStrings';
import { compareScenario, experimentScenario, runScenario, type Scenario } from '../fakes/fakeHost/scenario';
import { exampleRun, exampleRuns } from './examples';
import { PanelBrowser, until, type Panel } from './panelPage';

/** The texts of panels as the host hands them over. */
function translated(translate: (english: string) => string): Record<string, string> {
  return Object.fromEntries(Object.entries<string>(panelStrings).map(([key, english]) => [key, translate(english)]));
}

function from(language: string): Record<string, string> {
  const bundle = JSON.parse(readFileSync(`l10n/bundle.l10n.${language}.json`, 'utf8')) as Record<string, string>;
  return translated((english) => bundle[english] ?? english);
}

/** 40 % longer, as translations can be, and with accents, so that a text that is not translated is seen. */
function pseudo(english: string): string {
  const accented = english.replaceAll(/[aeiou]/g, (letter) => `${letter}\u0301`);
  return `${accented}${' ~~~~'.repeat(Math.ceil((english.length * 0.4) / 5))}`;
}

describe('Panels in other languages', () => {
  let browser: PanelBrowser;
  before(async () => {
    browser = await PanelBrowser.open();
  });
  afterEach(() => browser.closePages());
  after(() => browser.dispose());

  const now = Date.UTC(2026, 8, 15, 0, 20);
  for (const [language, started, runs] of [
    ['de', /^Gestartet: vor \d+ \S+$/, '14 Läufe'],
    ['zh-cn', /^开始时间: \d+\S+前$/, '14 个运行'],
  ] as const) {
    it(`say texts, counts and times ago in ${language}`, async () => {
      const options = { language, strings: from(language), now };
      const run = await browser.show(runScenario(exampleRun()), options);
      await run.page.getByText(started).waitFor();
      assert.equal(await run.page.locator('html').getAttribute('lang'), language);
      const table = await browser.show(experimentScenario(exampleRuns()), options);
      await table.drawn('val/loss');
      await table.page.getByText(runs).first().waitFor();
      await table.photograph(`experiment-${language}`);
      assert.deepEqual([...run.errors, ...table.errors], []);
    });
  }

  for (const [language, wrong, missing] of [
    [
      'de',
      'Keine Metrik, kein Parameter und kein Tag heißt „lossy“.',
      'Nach Metrik „val/loss“ muss ein Vergleich wie = oder LIKE folgen.',
    ],
    ['zh-cn', '没有名为“lossy”的指标、参数或标签。', '指标“val/loss”之后必须是比较，例如 = 或 LIKE。'],
  ] as const) {
    it(`say in whole sentences what is wrong with a query in ${language}`, async () => {
      const strings = from(language);
      const { page, errors } = await browser.show(experimentScenario(exampleRuns()), { language, strings, now });
      const line = page.getByRole('combobox', { name: strings['filterRuns'] ?? '', exact: true });
      const problem = page.locator('.lb-query-problem > span');
      await line.fill('lossy < 1');
      await page.locator('.lb-footer', { hasText: wrong }).waitFor();
      await page.keyboard.press('Escape');
      await problem.getByText(wrong, { exact: true }).waitFor();
      await line.fill('val/loss');
      await page.locator('.lb-footer', { hasText: missing }).waitFor();
      await page.keyboard.press('Escape');
      await problem.getByText(missing, { exact: true }).waitFor();
      assert.deepEqual(errors, []);
    });
  }

  const scenarios: readonly [string, () => Scenario][] = [
    ['run', () => runScenario(exampleRun())],
    ['compare', () => compareScenario(exampleRuns().slice(3, 8))],
    ['experiment', () => experimentScenario(exampleRuns())],
  ];
  for (const [name, scenario] of scenarios) {
    it(`fit into the window with texts that are 40 % longer: ${name}`, async () => {
      for (const width of [1100, 620, 320]) {
        const panel = await browser.show(scenario(), { width, now, language: 'qps-ploc', strings: translated(pseudo) });
        await panel.drawn('val/acc');
        await panel.photograph(`${name}-long-${width}`);
        const [wide, room] = await panel.page.evaluate(() => {
          const { scrollWidth, clientWidth } = document.documentElement;
          return [scrollWidth, clientWidth] as const;
        });
        assert.ok(wide <= room, `${wide} px of content in ${room} px`);
        assert.deepEqual(panel.errors, []);
      }
    });
  }

  it('leave every button of the experiment panel in sight with texts that are 40 % longer', async () => {
    const panel = await browser.show(experimentScenario(exampleRuns()), {
      width: 1100,
      now,
      language: 'qps-ploc',
      strings: translated(pseudo),
    });
    await panel.drawn('val/acc');
    const row = (name: string) => panel.page.locator('.lb-row', { hasText: name });
    await row('r50-sam').click();
    await row('r50-mixup-s0').click({ modifiers: ['Control'] });
    await panel.page.locator('.lb-selected-count').waitFor();
    const gone = { state: 'connecting', host: 'mlflow.lab.example', awayFor: 60_000, nextTryIn: 9000 } as const;
    for (const width of [1100, 900, 620, 500, 320]) {
      await panel.page.setViewportSize({ width, height: 700 });
      for (const notice of [{ state: 'connected' } as const, gone]) {
        await panel.host(({ page, argument }) => page.host.connection(argument), notice);
        await panel.page
          .locator('.lb-banner')
          .waitFor({ state: notice.state === 'connected' ? 'detached' : 'attached' });
        await until(`all is in sight at ${width} px`, async () => (await outOfSight(panel)).length === 0, 3000).catch(
          () => undefined,
        );
        assert.deepEqual(await outOfSight(panel), [], `${width} px, ${notice.state}`);
      }
      await panel.photograph(`experiment-footer-long-${width}`);
    }
  });
});

/** Controls around the table of which a part is cut off. */
function outOfSight(panel: Panel): Promise<string[]> {
  return panel.page.evaluate(() =>
    ['.lb-footer', '.lb-toolbar', '.lb-banner'].flatMap((selector) =>
      [...document.querySelectorAll(selector)].flatMap((box) => {
        const { left, right } = box.getBoundingClientRect();
        return [...box.querySelectorAll('button, input, select')]
          .filter((each) => each.checkVisibility())
          .map((each) => [each, each.getBoundingClientRect()] as const)
          .filter(([, own]) => own.left < left - 1 || own.right > right + 1)
          .map(([each, own]) => `${selector} ${each.ariaLabel ?? each.textContent} ${own.left} to ${own.right}`);
      }),
    ),
  );
}
