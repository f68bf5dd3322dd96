import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';

interface Setting {
  type: string;
  default: unknown;
  scope: string;
  order: number;
  enum?: string[];
  enumDescriptions?: string[];
  items?: { type: string };
  minimum?: number;
  maximum?: number;
  markdownDescription: string;
}

interface Manifest {
  capabilities: { untrustedWorkspaces: { restrictedConfigurations: string[] } };
  contributes: { configuration: { properties: Record<string, Setting> } };
}

const manifest = JSON.parse(readFileSync('package.json', 'utf8')) as Manifest;
const { properties } = manifest.contributes.configuration;

/**
 * The table of settings of the interface's plan: type (with its range or choices), `M` for machine-overridable, `R` for restricted in
 * untrusted workspaces. Defaults are held against the code in `manifest.test.ts`. System metrics are off, see adr/0006.
 */
const table: Readonly<Record<string, string>> = {
  'store.path': 'string M R',
  'server.readOnly': 'boolean M',
  'server.keepAliveMinutes': 'number 1..10080 M',
  'server.artifactFolders': 'array of string M R',
  'terminals.setEnvironment': 'boolean',
  'terminals.systemMetrics': 'boolean',
  'terminals.asyncLogging': 'boolean',
  'metrics.primary': 'array of string',
  'metrics.lowerIsBetter': 'array of string',
  'metrics.higherIsBetter': 'array of string',
  'table.digits': 'integer 2..17',
  'charts.initialRuns': 'integer 1..200',
  'charts.smoothing': 'number 0..1',
  'charts.smoothingKind': 'string ema|timeEma|gaussian|mean|median',
  'charts.xAxis': 'string step|relative|wall',
  'charts.clipOutliers': 'boolean',
  'charts.minMax': 'boolean',
  'artifacts.previewMB': 'number 1..250',
  'views.folder': 'string R',
  'notifications.runEnds': 'string never|failed|always',
};

function wordsOf(id: string, setting: Setting): string {
  const { type, items, minimum, maximum, scope } = setting;
  const restricted = manifest.capabilities.untrustedWorkspaces.restrictedConfigurations.includes(id);
  return [
    type,
    items === undefined ? '' : `of ${items.type}`,
    minimum === undefined && maximum === undefined ? '' : `${minimum ?? ''}..${maximum ?? ''}`,
    setting.enum?.join('|') ?? '',
    scope === 'machine-overridable' ? 'M' : scope === 'window' ? '' : scope,
    restricted ? 'R' : '',
  ]
    .filter((part) => part !== '')
    .join(' ');
}

describe('the table of settings', () => {
  it('says type, range, scope and restriction of every setting', () => {
    const words = Object.entries(properties).map(([id, setting]) => [
      id.replace(/^labbook\./, ''),
      wordsOf(id, setting),
    ]);
    assert.deepEqual(Object.fromEntries(words), table);
  });

  it('orders them, each with a place of its own, those of one kind together', () => {
    const all = Object.entries(properties).sort(([, a], [, b]) => a.order - b.order);
    assert.equal(new Set(all.map(([, { order }]) => order)).size, all.length);
    const kinds = all.map(([id]) => id.split('.')[1]).filter((kind, place, list) => kind !== list[place - 1]);
    assert.equal(new Set(kinds).size, kinds.length, kinds.join(', '));
  });

  it('describes them in Markdown, and each choice', () => {
    for (const [id, { markdownDescription, enumDescriptions, ...setting }] of Object.entries(properties)) {
      assert.match(markdownDescription, /^%setting\..+%$/, id);
      assert.equal(enumDescriptions?.length, setting.enum?.length, id);
    }
  });

  it('bounds every number', () => {
    for (const [id, { type, minimum, maximum }] of Object.entries(properties)) {
      const isBounded = minimum !== undefined && maximum !== undefined;
      assert.ok(!['number', 'integer'].includes(type) || isBounded, id);
    }
  });
});
