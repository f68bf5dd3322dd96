import { finish } from '../../core/steps';
import { applyToCatalog, type Change } from './apply';
import type { Catalog } from './catalog';
import type { Effect, MetricEffect } from './effects';
import type { Histories } from './histories';
import type { Migration } from './migrations';

/** The databases of a store, changed together in one transaction. */
export class Databases {
  constructor(
    readonly catalog: Catalog,
    readonly histories: Histories,
    /** For tests: others than there are. */
    readonly migrations?: readonly Migration[],
  ) {}

  begin(): void {
    this.catalog.begin();
  }

  /** Carries out an effect in the running transaction. */
  apply(effect: Effect): Change {
    if (effect.kind === 'log') {
      applyToHistory(this.histories, effect, -1);
    } else if (effect.kind === 'purge') {
      effect.runIds.forEach((runId) => this.histories.forget(runId));
    }
    return applyToCatalog(this.catalog, effect);
  }

  /**
   * Carries out an effect of the journal where it is not there yet. Catalog and history are asked separately: either file may
   * be the newer one, since they are saved one after the other while writes go on.
   */
  replay(effect: Effect, seq: number): void {
    if (effect.kind === 'purge') {
      effect.runIds.forEach((runId) => this.histories.forgetNow(runId));
    } else if (effect.kind === 'log') {
      applyToHistory(this.histories, effect, seq);
    }
    if (seq > this.catalog.applied) {
      const { rest } = applyToCatalog(this.catalog, effect);
      if (rest !== undefined) {
        finish(rest);
      }
      this.catalog.applied = seq;
    }
  }

  /** @param seq sequence number of the last change */
  commit(seq: number): void {
    this.catalog.commit(seq);
    this.histories.commit(seq);
  }

  rollback(): void {
    this.catalog.rollback();
    this.histories.rollback();
  }

  close(): void {
    this.catalog.db.close();
    this.histories.close();
  }
}

function isInCatalogOnly({ mode }: MetricEffect): boolean {
  return mode === 'single';
}

function applyToHistory(histories: Histories, effect: Extract<Effect, { kind: 'log' }>, seq: number): void {
  if (effect.metrics.every(isInCatalogOnly)) {
    return;
  }
  const history = histories.change(effect.runId);
  if (seq === -1 || seq > history.applied) {
    effect.metrics.forEach((metric) => {
      if (!isInCatalogOnly(metric)) {
        history.apply(metric);
      }
    });
  }
}
