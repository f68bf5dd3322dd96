import type { Int64, Run } from '../../core/model';
import { tagNames } from '../../core/model';
import { ownRunColour } from '../../core/runColour';
import type { WireDouble } from '../../protocol/mlflow';
import type { PanelInt64, PanelRun } from '../../protocol/panels';

/** A run in the form in which it passes VS Code's message channel. */
export function toPanelRun(run: Run, slot: number, experimentName: string): PanelRun {
  const { info } = run;
  const tag = (key: string): string | undefined => run.tags.find((each) => each.key === key)?.value;
  const colour = ownRunColour(tag(tagNames.runColor));
  const parentId = tag(tagNames.parentRunId);
  return {
    id: info.id,
    experimentId: info.experimentId,
    experimentName,
    name: info.name,
    status: info.status,
    stage: info.stage,
    startTime: toPanelInt64(info.startTime),
    ...(info.endTime === undefined ? {} : { endTime: toPanelInt64(info.endTime) }),
    slot,
    ...(colour === undefined ? {} : { colour }),
    ...(parentId === undefined ? {} : { parentId }),
    metrics: run.metrics.map(({ key, value, step, timestamp }) => ({
      key,
      value: toWireDouble(value),
      step: toPanelInt64(step),
      timestamp: toPanelInt64(timestamp),
    })),
    params: run.params.map(({ key, value }) => ({ key, value })),
    tags: run.tags.map(({ key, value }) => ({ key, value })),
  };
}

function toPanelInt64(value: Int64): PanelInt64 {
  return typeof value === 'bigint' ? value.toString() : value;
}

function toWireDouble(value: number): WireDouble {
  if (Number.isNaN(value)) {
    return 'NaN';
  }
  return Number.isFinite(value) ? value : value > 0 ? 'Infinity' : '-Infinity';
}
