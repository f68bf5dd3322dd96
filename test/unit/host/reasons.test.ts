import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { RequestError } from '../../../src/client/requestError';
import { ServerProcessError } from '../../../src/client/serverProcess';
import { nameReason, reasonOf } from '../../../src/host/platform/reasons';
import { parseTreeFilter } from '../../../src/host/tree/treeQuery';
import { english, type Translate } from '../../../src/host/platform/text';

const german = JSON.parse(readFileSync('l10n/bundle.l10n.de.json', 'utf8')) as Record<string, string>;
const t: Translate = (message, ...values) => english(german[message] ?? message, ...values);

describe('reasons', () => {
  const exists = new RequestError('status', "Experiment 'a' already exists.", {
    status: 400,
    code: 'RESOURCE_ALREADY_EXISTS',
  });

  it('are the server’s own words in English', () => {
    assert.equal(reasonOf(exists, english), "Experiment 'a' already exists.");
    assert.equal(reasonOf('just a text', english), 'just a text');
  });

  it('begin in the user’s language where they are of a known kind', () => {
    assert.equal(reasonOf(exists, t), "Es gibt schon eines mit diesem Namen. (Experiment 'a' already exists.)");
    const held = new ServerProcessError('The store is held by process 7.', 'held');
    assert.equal(reasonOf(held, t), 'Ein anderer Prozess hat die Ablage. (The store is held by process 7.)');
    const full = new RequestError('status', 'No space.', { status: 507 });
    assert.equal(reasonOf(full, t), 'Der Datenträger ist voll. (No space.)');
    assert.equal(reasonOf(new Error('odd'), t), 'odd');
    const refused = new RequestError('status', "Invalid value 'x'.", { status: 400, code: 'INVALID_PARAMETER_VALUE' });
    assert.equal(reasonOf(refused, t), "Der Server nimmt das nicht an. (Invalid value 'x'.)");
    assert.equal(nameReason('No slash.', t), 'Dieser Name geht nicht. (No slash.)');
    assert.equal(nameReason('No slash.', english), 'No slash.');
  });

  it('are whole sentences of the user’s language for a filter', () => {
    const reason = (filter: string, translate: Translate): string => {
      const parsed = parseTreeFilter(filter, { t: translate, resolve: () => undefined });
      return parsed.ok ? '' : parsed.message;
    };
    for (const [filter, own, translated] of [
      [
        'metrics.loss <',
        'A number is needed for a metric.',
        'Für eine Metrik wird eine Zahl erwartet, aber der Filter ist hier zu Ende.',
      ],
      [
        "params.lr = 'a' x",
        "AND or OR must stand between comparisons, not 'x'.",
        'Der Filter ist bei „x“ ungültig: Zwischen Vergleichen muss AND oder OR stehen.',
      ],
      [
        'lossy < 1',
        "No metric, parameter or tag is named 'lossy'.",
        'Keine Metrik, kein Parameter und kein Tag heißt „lossy“.',
      ],
      [
        'params.lr foo',
        "After parameter 'lr' a comparison must follow, such as = or LIKE, not 'foo'.",
        'Nach Parameter „lr“ muss ein Vergleich wie = oder LIKE folgen, nicht „foo“.',
      ],
      ["params.lr ~ 'a{3,2}'", '{3,2} goes down.', '{3,2} geht abwärts.'],
      // What the user wrote is no template.
      [
        'params.`{1}` foo',
        "After parameter '{1}' a comparison must follow, such as = or LIKE, not 'foo'.",
        'Nach Parameter „{1}“ muss ein Vergleich wie = oder LIKE folgen, nicht „foo“.',
      ],
    ] as const) {
      assert.equal(reason(filter, english), own);
      assert.equal(reason(filter, t), translated);
    }
  });
});
