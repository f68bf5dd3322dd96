import assert from 'node:assert/strict';
import { SilenceWatch } from '../../../src/client/silenceWatch';
import { until } from '../../fakes/labbookServer';

describe('silence on a connection', () => {
  it('is told once, and not while there are signs', async () => {
    let told = 0;
    const watch = new SilenceWatch(80, () => told++);
    const end = Date.now() + 250;
    assert.ok(await until(() => (watch.sign(), Date.now() > end)));
    assert.equal(told, 0);
    assert.ok(await until(() => told > 0));
    await new Promise((resolve) => setTimeout(resolve, 150));
    assert.equal(told, 1);
    watch.dispose();
  });

  it('is not what a computer’s sleep looks like', async () => {
    let told = 0;
    const watch = new SilenceWatch(400, () => told++);
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 900);
    // Overdue timers come before what is there to be read.
    await new Promise((resolve) => setTimeout(resolve, 0));
    assert.equal(told, 0);
    watch.dispose();
  });
});
