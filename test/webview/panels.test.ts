import assert from 'node:assert/strict';
import { compareScenario, curve, experimentScenario, fakeRun, runScenario } from '../fakes/fakeHost/scenario';
import { exampleRun, exampleRuns } from './examples';
import { PanelBrowser, until } from './panelPage';

const base64 = (text: string): string => Buffer.from(text).toString('base64');
const line = curve(50, (step) => step);

/** The parameters of all requests of a kind. */
describe('Panels', () => {
  let browser: PanelBrowser;
  before(async () => {
    browser = await PanelBrowser.open();
  });
  afterEach(() => browser.closePages());
  after(() => browser.dispose());

  it('show a run’s figures', async () => {
    const metrics = {
      'val/acc': { steps: [0, 10, 20], values: [0.25, 0.75, 0.5] },
      odd: { steps: [0, 1], values: ['Infinity', 'NaN'] },
      one: { steps: [7], values: [42] },
    } as const;
    const panel = await browser.show(
      runScenario(
        fakeRun(0, {
          name: 'first',
          metrics,
          params: { lr: '0.1', text: 'a\nb' },
          tags: { owner: 'me', 'mlflow.user': 'x' },
        }),
      ),
    );
    await panel.page.getByRole('heading', { name: 'first' }).waitFor();
    await panel.page.getByText('58m 12s').waitFor();
    await panel.page.getByRole('tab', { name: 'Overview' }).click();
    const row = (key: string) => panel.page.locator('.lb-metrics tr').filter({ hasText: key });
    await until('the trend was read', async () => /0\.2500/.test(await row('val/acc').innerText()));
    assert.deepEqual((await row('val/acc').innerText()).split(/\s+/), ['val/acc', '0.5000', '0.2500', '0.7500', '20']);
    assert.deepEqual((await row('odd').innerText()).split(/\s+/), ['odd', 'NaN', '–', '–', '1']);
    assert.match(await row('one').innerText(), /one value\s+42\s+–\s+–\s+7/);
    await panel.page.getByText('⏎ 2 lines').waitFor();
    assert.equal(await panel.page.getByText('mlflow.user').count(), 0);
    await panel.page.getByRole('button', { name: 'Show 1 tag of MLflow' }).click();
    await panel.page.getByText('mlflow.user').waitFor();
    await panel.page.getByRole('button', { name: 'Copy run ID' }).click();
    assert.deepEqual(await panel.askedFor('command'), [{ command: 'copyId', runIds: [`f26e71d5${'0'.repeat(24)}`] }]);
  });

  it('say of a run that ended without metrics that it logged none, and of one that may still do so that none is there yet', async () => {
    const run = fakeRun(0, { status: 'RUNNING' });
    const panel = await browser.show(runScenario(run));
    const yet = panel.page.getByText('No metrics yet', { exact: true });
    const none = panel.page.getByText('The run ended without logging any.', { exact: true });
    await yet.waitFor();
    assert.equal(await none.count(), 0);
    await panel.host(
      ({ page, argument: id }) => page.host.change(id, { status: 'KILLED', endTime: Date.now() }),
      run.run.id,
    );
    await none.waitFor();
    assert.equal(await yet.count(), 0);
    await panel.page.getByRole('tab', { name: 'Overview' }).click();
    await none.waitFor();
    assert.equal(await yet.count(), 0);
  });

  it('follow a run from running to its end', async () => {
    const run = fakeRun(0, { status: 'RUNNING', metrics: { loss: line } });
    const panel = await browser.show(runScenario(run));
    await panel.page.locator('.lb-badge', { hasText: 'Running' }).waitFor();
    await panel.host(
      ({ page, argument: id }) => page.host.change(id, { status: 'FAILED', endTime: Date.now() }),
      run.run.id,
    );
    await panel.page.locator('.lb-badge', { hasText: 'Failed' }).waitFor();
  });

  it('preview pictures, texts and JSON, and offer the editor for the rest', async () => {
    const panel = await browser.show(runScenario(exampleRun()));
    await panel.page.getByRole('tab', { name: 'Artifacts' }).click();
    await panel.page.getByText('Choose a file to see it here.').waitFor();
    const item = (name: string) => panel.page.getByRole('treeitem', { name });
    assert.equal(await item('confusion.png').count(), 0);
    await item('images').click();
    await item('confusion.png').click();
    const image = panel.page.locator('.lb-picture img');
    await until('the picture is decoded', () => image.evaluate((each: HTMLImageElement) => each.naturalWidth === 240));
    assert.match((await image.getAttribute('src')) ?? '', /^blob:/);
    await item('config.json').click();
    await panel.page.getByText('"lr": 0.001').waitFor();
    await item('requirements.txt').click();
    await panel.page.getByText('torch==2.9.0').waitFor();
    await item('model').click();
    await item('weights.safetensors').click();
    await panel.page.getByText('There is no preview of this kind of file.').waitFor();
    await panel.page.getByRole('button', { name: 'Open in Editor' }).click();
    const [opened] = await panel.askedFor('openArtifact');
    assert.equal(opened?.path, 'model/weights.safetensors');
    assert.deepEqual(panel.errors, []);
  });

  it('show only the beginning of a large text, and no broken picture', async () => {
    const artifacts = {
      'large.txt': base64('0123456789\n'.repeat(40_000)),
      'broken.png': base64('no picture'),
      LICENSE: base64('plain words'),
      blob: Buffer.from([0, 1, 2, 255]).toString('base64'),
    };
    const panel = await browser.show(runScenario(fakeRun(0, { artifacts })));
    await panel.page.getByRole('tab', { name: 'Artifacts' }).click();
    await panel.page.getByRole('treeitem', { name: 'large.txt' }).click();
    await panel.page.getByText('The first 256 kB of 440 kB; the editor has all.').waitFor();
    await panel.page.getByRole('treeitem', { name: 'broken.png' }).click();
    await panel.page.getByText('This file is no picture that can be shown.').waitFor();
    await panel.page.getByRole('treeitem', { name: 'LICENSE' }).click();
    await panel.page.getByText('plain words').waitFor();
    await panel.page.getByRole('treeitem', { name: 'blob' }).click();
    await panel.page.getByText('There is no preview of this kind of file.').waitFor();
  });

  it('show an artifact as soon as it is logged', async () => {
    const run = fakeRun(0);
    const panel = await browser.show(runScenario(run));
    await panel.page.getByRole('tab', { name: 'Artifacts' }).click();
    await panel.page.getByText('No artifacts').waitFor();
    await panel.photograph('artifacts-empty-dark');
    await panel.host(({ page, argument: id }) => page.host.store(id, 'plots/a.txt', btoa('words')), run.run.id);
    await panel.page.getByRole('treeitem', { name: 'plots' }).click();
    await panel.host(({ page, argument: id }) => page.host.store(id, 'plots/b.txt', btoa('words')), run.run.id);
    await panel.page.getByRole('treeitem', { name: 'b.txt' }).waitFor();
  });

  it('put what differs between runs first and fold what is equal', async () => {
    const panel = await browser.show(compareScenario(exampleRuns().slice(3, 8)));
    await panel.page.getByRole('tab', { name: 'Differences' }).click();
    await panel.page.getByRole('row', { name: /optim\.lr/ }).waitFor();
    assert.equal(await panel.page.getByText('optim.weight_decay').count(), 0);
    await panel.page.getByRole('button', { name: 'Show 2 equal rows' }).click();
    await panel.page.getByText('optim.weight_decay').waitFor();
    const cells = await panel.page
      .getByRole('row', { name: /^optim\.lr/ })
      .getByRole('cell')
      .allInnerTexts();
    assert.deepEqual(cells, ['0.1', '0.1', '0.1', '1.0', '0.1']);
    await panel.page.getByRole('button', { name: /r50-lr1\.0/ }).click();
    await panel.askedFor('openRun');
  });

  it('show names as text, whatever they hold', async () => {
    const name = '<img src=x onerror="document.title=1">‮ русский 漢字 🙂 '.padEnd(250, 'long ');
    const key = '<b>a</b>/<script>alert(1)</script>';
    const run = fakeRun(0, { name, metrics: { [key]: line }, params: { [key]: name }, tags: { [key]: '</script>' } });
    const other = fakeRun(1, { name: `${name}2`, metrics: { [key]: line } });
    const panel = await browser.show(runScenario(run), { width: 500 });
    assert.equal(await panel.page.getByRole('heading').first().innerText(), name.trimEnd());
    await panel.drawn(key);
    await panel.page.getByRole('tab', { name: 'Overview' }).click();
    await panel.page.locator('.lb-pairs dd').first().waitFor();
    const compared = await browser.show(compareScenario([run, other]), { width: 500 });
    await compared.drawn(key);
    await compared.canvas(key).hover({ position: { x: 100, y: 40 } });
    const experiment = await browser.show(experimentScenario([run, other]), { width: 500 });
    await experiment.drawn(key);
    for (const each of [panel, compared, experiment]) {
      assert.equal(await each.page.locator('img, b, script:not([nonce]):not([type])').count(), 0);
      assert.deepEqual(each.errors, []);
    }
  });

  for (const width of [320, 500]) {
    it(`fit into ${width} px`, async () => {
      const scenarios = [
        runScenario(exampleRun()),
        compareScenario(exampleRuns().slice(3, 8)),
        experimentScenario(exampleRuns(), 57),
      ];
      for (const scenario of scenarios) {
        const panel = await browser.show(scenario, { width, height: 760 });
        await panel.drawn('val/acc');
        const tabs = panel.page.getByRole('tab');
        for (let index = 0; index < Math.max(1, await tabs.count()); index++) {
          if ((await tabs.count()) > 0) {
            await tabs.nth(index).click();
          }
          const { inner, outer } = await panel.page.evaluate(() => ({
            inner: document.documentElement.scrollWidth,
            outer: window.innerWidth,
          }));
          assert.ok(inner <= outer, `${scenario.subject.panel}, tab ${index}: ${inner} in ${outer}`);
          await panel.photograph(`narrow-${width}-${scenario.subject.panel}-${index}`);
        }
      }
    });
  }

  it('tell that runs cannot be read, and try again', async () => {
    const panel = await browser.show(runScenario(exampleRun()));
    await panel.drawn('val/acc');
    await panel.page.addInitScript(() => {
      document.addEventListener('readystatechange', () => window.fakeHost.host.fail('runs', 'connect ECONNREFUSED'), {
        once: true,
      });
    });
    await panel.page.reload();
    await panel.page.getByRole('alert').getByText('The runs could not be read').waitFor();
    await panel.page.getByText('connect ECONNREFUSED').waitFor();
    await panel.photograph('run-error-dark');
    await panel.host(({ page }) => page.host.fail('runs', undefined), null);
    await panel.page.getByRole('button', { name: 'Try Again' }).click();
    await panel.drawn('val/acc');
  });

  it('keep what is there while the server is away, and read again when it is back', async () => {
    const run = exampleRun();
    const panel = await browser.show(runScenario(run));
    await panel.drawn('val/acc');
    await panel.host(
      ({ page }) => page.host.connection({ state: 'disconnected', reason: 'The tracking server ended.' }),
      null,
    );
    const banner = panel.page.locator('.lb-banner');
    await banner.getByText(/Not connected .* The tracking server ended\./).waitFor();
    await panel.drawn('val/acc');
    await panel.photograph('run-disconnected-dark');
    await banner.getByRole('button', { name: 'Try Now' }).click();
    assert.deepEqual(await panel.askedFor('command'), [{ command: 'restartServer', runIds: [] }]);
    const before = (await panel.asked('runs')).length;
    await panel.host(({ page }) => page.host.connection({ state: 'connected' }), null);
    await banner.waitFor({ state: 'detached' });
    await until('the runs were read again', async () => (await panel.asked('runs')).length > before);
  });

  it('show a line when an answer takes long, nothing when it does not', async () => {
    const panel = await browser.show(runScenario(exampleRun()));
    await panel.drawn('val/acc');
    await panel.page.addInitScript(() => {
      document.addEventListener('readystatechange', () => window.fakeHost.host.slow(1500), { once: true });
    });
    await panel.page.reload();
    await panel.page.getByRole('progressbar').waitFor();
    await panel.page.getByRole('heading', { name: 'convnext-t-adamw' }).waitFor();
  });

  it('begin with the charts of the experiment’s own primary metric', async () => {
    const runs = exampleRuns().slice(3, 5);
    const facts = { primaryMetric: { key: 'train/loss', aggregate: 'min' } } as const;
    for (const scenario of [runScenario(exampleRun()), compareScenario(runs), experimentScenario(runs)]) {
      const panel = await browser.show({ ...scenario, facts });
      const first = panel.page.locator('section[data-section]').first();
      await first.waitFor();
      assert.equal(await first.getAttribute('data-section'), 'train', scenario.subject.panel);
    }
  });

  it('say what to do where nothing is', async () => {
    const panel = await browser.show(experimentScenario([]));
    await panel.page.getByText('No runs yet').waitFor();
    await panel.photograph('experiment-empty-dark');
  });

  it('come back as they were', async () => {
    const panel = await browser.show(experimentScenario(exampleRuns()), { height: 500 });
    await panel.drawn('val/acc');
    await panel.page.getByRole('row', { name: /^r50-sam,/ }).hover();
    await panel.page.getByRole('button', { name: 'Hide r50-sam in charts' }).click();
    await panel.page.getByRole('button', { name: 'Log y' }).click();
    await panel.page.getByRole('button', { name: /^val/ }).click();
    await panel.drawn('train/acc');
    await panel.page.getByRole('combobox', { name: 'x' }).selectOption('relative');
    const scroll = panel.page.locator('.lb-experiment .lb-scroll');
    await scroll.evaluate((element) => element.scrollTo(0, 150));
    await until('it is remembered', () =>
      panel.page.evaluate(() => /"scroll":\{"charts":150\}/.test(sessionStorage.getItem('labbook-state') ?? '')),
    );
    const saved = await panel.page.evaluate(() => sessionStorage.getItem('labbook-state') ?? '');
    assert.ok(saved.length < 2500 && /"subject":\{"panel":"experiment"/.test(saved), saved);
    await panel.page.reload();
    await panel.drawn('train/acc');
    await panel.page.getByRole('button', { name: 'Show r50-sam in charts' }).waitFor();
    assert.equal(await panel.page.getByRole('button', { name: 'Log y' }).getAttribute('aria-pressed'), 'true');
    assert.equal(await panel.page.getByRole('button', { name: /^val/ }).getAttribute('aria-expanded'), 'false');
    assert.equal(await panel.page.getByRole('combobox', { name: 'x' }).inputValue(), 'relative');
    await until('it is scrolled', () => scroll.evaluate((element) => element.scrollTop === 150));
  });

  it('survive a state that makes no sense', async () => {
    const panel = await browser.show(runScenario(exampleRun()));
    await panel.drawn('val/acc');
    await panel.page.evaluate(() => {
      window.addEventListener('pagehide', () =>
        sessionStorage.setItem(
          'labbook-state',
          '{"tab":3,"zoom":{"min":"a"},"hidden":{},"sections":[1],"scroll":null}',
        ),
      );
    });
    await panel.page.reload();
    await panel.drawn('val/acc');
    assert.deepEqual(panel.errors, []);
  });

  it('speak the user’s language', async () => {
    const panel = await browser.show(runScenario(exampleRun()), {
      strings: { overview: 'Überblick', started: 'Vor {0} begonnen' },
    });
    await panel.page.getByRole('tab', { name: 'Überblick' }).waitFor();
    await panel.page.getByText(/^Vor .* begonnen$/).waitFor();
    await panel.page.getByRole('tab', { name: 'Charts' }).waitFor();
  });
});
