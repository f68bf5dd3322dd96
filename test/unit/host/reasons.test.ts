import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { RequestError } from '../../../src/client/requestError';
import { ServerProcessError } from '../../../src/client/serverProcess';
import { reasonOf } from '../../../src/host/platform/reasons';
import { english } from '../../../src/host/platform/text';

const german = JSON.parse(readFileSync('l10n/bundle.l10n.de.json', 'utf8')) as Record<string, string>;
const t = (message: string): string => german[message] ?? message;

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
  });
});
