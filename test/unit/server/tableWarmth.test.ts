import assert from 'node:assert/strict';
import { TableWarmth } from '../../../src/server/api/labbook/tableWarmth';
import { until } from '../../fakes/labbookServer';

describe('Reading tables ahead', () => {
  const scene = () => {
    const errors: string[] = [];
    const state = {
      attached: false,
      looks: 0,
      warmed: 0,
      fails: false,
      waits: undefined as (() => Promise<void>) | undefined,
    };
    const store = {
      revision: 1,
      table: {
        warm: async (turn: () => Promise<void>) => {
          state.warmed++;
          await state.waits?.();
          await turn();
          if (state.fails) {
            throw new Error('damaged');
          }
        },
      },
    };
    const log = { info: () => undefined, warn: () => undefined, error: (text: string) => void errors.push(text) };
    const warmth = new TableWarmth(store as never, () => (state.looks++, state.attached), log, 5);
    const someLooks = () => {
      const before = state.looks;
      return until(() => state.looks > before + 3);
    };
    return { errors, state, store, warmth, someLooks };
  };

  it('happens once for each change, and only while a window is attached', async () => {
    const { state, store, warmth, someLooks } = scene();
    assert.ok(await someLooks());
    assert.equal(state.warmed, 0);
    state.attached = true;
    assert.ok(await until(() => state.warmed === 1));
    assert.ok(await someLooks());
    assert.equal(state.warmed, 1);
    store.revision = 2;
    assert.ok(await until(() => state.warmed === 2));
    await warmth.end();
  });

  it('is tried again after an error, which is told', async () => {
    const { errors, state, warmth } = scene();
    state.fails = true;
    state.attached = true;
    assert.ok(await until(() => state.warmed > 1));
    await warmth.end();
    assert.match(errors[0] ?? '', /damaged/);
  });

  it('ends in the middle when the server does, without an error', async () => {
    const { errors, state, warmth } = scene();
    let go = (): void => undefined;
    state.waits = () => new Promise((resolve) => (go = resolve));
    state.attached = true;
    assert.ok(await until(() => state.warmed === 1));
    const end = warmth.end();
    go();
    await end;
    assert.deepEqual(errors, []);
  });
});
