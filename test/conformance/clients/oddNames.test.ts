import assert from 'node:assert/strict';
import { runScript } from './python';
import { trackingEnv } from './rest';
import { startStrictly, type StrictServer } from './server';
import { checkEnd, failureLimit } from './verdict';
import { oldestAndNewest } from './versions';

/**
 * The client puts file names into the URL as they are. So `#` and `?` cut the name, `%20` becomes a space, and the rest may be
 * a path that the server refuses (design: drive letters, backslashes). `mlflow server` keeps what arrives.
 */
const arrivesAs: Record<string, { name: string; mayBeRefused?: true }> = {
  'run #1.txt': { name: 'run ', mayBeRefused: true },
  'what?.txt': { name: 'what', mayBeRefused: true },
  'back\\slash.txt': { name: 'back\\slash.txt', mayBeRefused: true },
  'a%20b.txt': { name: 'a b.txt' },
  'epoch 3: loss.txt': { name: 'epoch 3: loss.txt' },
  'a:b.txt': { name: 'a:b.txt', mayBeRefused: true },
};

describe('file names that a URL does not carry', () => {
  let server: StrictServer;
  before(async () => {
    server = await startStrictly();
  });
  after(async () => await server.dispose());

  for (const client of oldestAndNewest) {
    it(`are kept or refused at once, and never harm the rest, with ${client}`, async () => {
      const ended = await runScript(client, 'odd_names', { env: trackingEnv(server) });
      const report = checkEnd(ended);
      const listed = [...ended.stdout.matchAll(/^listed: odd\/(.*)$/gm)].map(([, name]) => name).sort();
      const kept = Object.entries(arrivesAs).filter(([name, { mayBeRefused }]) => {
        const { error = null, seconds = 0 } = report.errors[name] ?? {};
        assert.ok(seconds < failureLimit, `${name} took ${seconds} s`);
        if (error === null) {
          return true;
        }
        assert.ok(mayBeRefused, `${name}: ${error.message}`);
        assert.match(error.message, /^400 /);
        return false;
      });
      assert.deepEqual(listed, kept.map(([, { name }]) => name).sort());
    });
  }
});
