/** What panels may send: each request's parameters are checked against these before anything is done with them. */
import * as z from 'zod/mini';
import { maxExpression } from '../../core/expression';
import { smoothingFault, smoothingKinds } from '../../core/smoothing';
import { exportFormats } from '../../core/tableText';
import { attributeKeys } from '../../protocol/experimentPanel';
import { panelCommands } from '../../protocol/panels';
import { metricAggregates } from '../../protocol/tableTypes';

const id = z.string().check(z.minLength(1), z.maxLength(256));
const ids = z.array(id).check(z.maxLength(50_000));
/** Keys of metrics, params and tags have 250 bytes in MLflow, and no limit elsewhere. */
const key = z.string().check(z.minLength(1), z.maxLength(10_000));
const path = z.string().check(z.maxLength(4096));
const finite = z.number().check(z.refine(Number.isFinite));
const megabyte = 1_000_000;
/** A text for VS Code's memory, or a file that people read. */
const document = z.string().check(z.maxLength(megabyte));

export const panelSubject = z.discriminatedUnion('panel', [
  z.object({
    panel: z.literal('experiment'),
    experimentId: id,
    moreExperimentIds: z.optional(z.array(id).check(z.maxLength(100))),
  }),
  z.object({ panel: z.literal('chart'), metric: key, runIds: ids }),
  z.object({ panel: z.literal('run'), runId: id }),
  z.object({ panel: z.literal('compare'), runIds: ids }),
]);

/** What a panel leaves behind with `setState`, from which it is restored: beside what it showed, how it was arranged. */
export const panelState = z.looseObject({ subject: panelSubject });

export const requests = {
  runs: z.object({ limit: z.optional(z.int().check(z.minimum(1), z.maximum(50_000))) }),
  series: z.object({
    runIds: ids,
    keys: z.array(z.string()).check(z.maxLength(10_000)),
    x: z.union([
      z.enum(['step', 'time', 'relative']),
      z.object({ expression: z.string().check(z.maxLength(maxExpression)) }),
    ]),
    maxPoints: z.int().check(z.minimum(2), z.maximum(10_000)),
    range: z.optional(z.object({ min: finite, max: finite })),
    smoothing: z.optional(
      z
        .object({ kind: z.enum(smoothingKinds), amount: finite })
        .check(z.refine((smoothing) => smoothingFault(smoothing) === undefined)),
    ),
    known: z.optional(
      z
        .array(z.object({ runId: id, key: z.string(), version: z.string().check(z.maxLength(100)) }))
        .check(z.maxLength(20_000)),
    ),
  }),
  artifacts: z.object({ runId: id, path }),
  artifact: z.object({ runId: id, path, limit: z.int().check(z.minimum(0), z.maximum(1e9)) }),
  openArtifact: z.object({ runId: id, path }),
  openRun: z.object({ runId: id, toSide: z.boolean() }),
  command: z.object({ command: z.enum(panelCommands), runIds: ids }),
  readArrangement: z.object({ panel: z.optional(id), at: z.optional(finite) }),
  keepArrangement: z.object({ panel: id, at: finite, arrangement: document }),
  log: z.object({ level: z.enum(['info', 'warn', 'error']), message: z.string() }),
};

const nothing = z.object({});
const viewName = z.string().check(z.minLength(1), z.maxLength(200));
const bytes = z.custom<ArrayBuffer>((value) => value instanceof ArrayBuffer);

const column = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('metric'),
    key,
    aggregate: z.enum(metricAggregates),
  }),
  z.object({ kind: z.literal('metricAt'), key, step: z.int() }),
  z.object({ kind: z.literal('param'), key }),
  z.object({ kind: z.literal('tag'), key }),
]);

/** Names of columns come from the panel's own columns, at most all that there are. */
const exportColumn = z.object({
  name: z.string().check(z.maxLength(20_000)),
  field: z.union([column, z.object({ kind: z.literal('attribute'), key: z.enum(attributeKeys) })]),
});

const shownChange = z.discriminatedUnion('do', [
  z.object({ do: z.literal('set'), runIds: ids, isOn: z.boolean() }),
  z.object({ do: z.literal('only'), runIds: ids, after: finite }),
  z.object({ do: z.literal('all') }),
  z.object({
    do: z.literal('first'),
    shown: z.object({ rest: z.boolean(), after: z.optional(finite), on: ids, off: ids }),
  }),
]);

export const experimentRequests = {
  tableRows: z.object({ runIds: z.optional(ids) }),
  tableColumns: z.object({ columns: z.array(column).check(z.maxLength(1000)), runIds: z.optional(ids) }),
  matchingRuns: z.object({ conditions: z.array(z.string().check(z.maxLength(10_000))).check(z.maxLength(50)) }),
  tableFacts: nothing,
  setName: z.object({
    runId: id,
    name: z.string().check(
      z.refine((name) => name.trim() !== ''),
      z.maxLength(10_000),
    ),
  }),
  setTag: z.object({ runIds: ids, key, value: z.optional(document) }),
  setBaseline: z.object({ runId: z.optional(id) }),
  setPrimaryMetric: z.object({ key: z.optional(key), aggregate: z.optional(z.enum(['last', 'min', 'max'])) }),
  setDirection: z.object({ key, better: z.optional(z.enum(['lower', 'higher'])) }),
  trashRuns: z.object({ runIds: ids, running: z.optional(z.string()) }),
  restoreRuns: z.object({ runIds: ids }),
  saveFile: z.object({
    name: z.string().check(z.minLength(1), z.maxLength(1000)),
    content: z.union([z.string(), bytes]),
  }),
  exportRuns: z.object({
    name: z.string().check(z.maxLength(1000)),
    format: z.enum(exportFormats),
    runIds: ids.check(z.minLength(1)),
    columns: z.array(exportColumn).check(z.minLength(1), z.maxLength(50_000)),
  }),
  copyText: z.object({ parts: z.array(bytes).check(z.maxLength(10_000)) }),
  readShown: nothing,
  changeShown: z.object({
    changes: z.array(z.object({ experimentId: id, change: shownChange })).check(z.maxLength(100)),
  }),
  select: z.object({
    selection: z.array(z.object({ experimentId: id, runIds: ids })).check(z.maxLength(100)),
  }),
  listViews: nothing,
  saveView: z.object({ name: viewName, content: document, was: z.nullable(document) }),
  openViewFile: z.object({ name: viewName }),
  deleteView: z.object({ name: viewName }),
  openChart: z.object({ metric: key, runIds: ids }),
};
