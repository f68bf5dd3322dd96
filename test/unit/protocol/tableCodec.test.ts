import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { runStatuses } from '../../../src/core/model';
import {
  decodeTableColumns,
  decodeTableRows,
  encodeTableColumns,
  encodeTableRows,
} from '../../../src/protocol/tableCodec';
import type { TableColumn, TableRows } from '../../../src/protocol/tableTypes';

/** Numbers by their bits, so that NaN and -0 are told apart from what equals them. */
function exact(value: unknown): unknown {
  if (value instanceof Float64Array) {
    return [...new BigUint64Array(value.slice().buffer)];
  }
  if (ArrayBuffer.isView(value)) {
    return [...(value as Uint32Array)];
  }
  if (Array.isArray(value)) {
    return value.map(exact);
  }
  return typeof value === 'object' && value !== null
    ? Object.fromEntries(Object.entries(value).map(([key, each]) => [key, exact(each)]))
    : value;
}

const anyText = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' }), fc.constant('\ud800'));
const anyCount = fc.integer({ min: 0, max: 2 ** 32 - 1 });
const anyKeys = fc.array(fc.record({ key: anyText, runs: fc.nat(), differs: fc.boolean() }), { maxLength: 4 });

const anyRows: fc.Arbitrary<TableRows> = fc
  .record({
    revision: fc.maxSafeNat(),
    experiments: fc.array(fc.record({ id: anyText, name: anyText }), { minLength: 1, maxLength: 3 }),
    runs: fc.array(
      fc.record({
        number: anyCount,
        id: anyText,
        experiment: fc.nat(),
        name: anyText,
        status: fc.constantFrom(...runStatuses),
        started: fc.double(),
        ended: fc.double(),
        slot: anyCount,
        parent: anyText,
      }),
      { maxLength: 9 },
    ),
    metrics: anyKeys,
    params: anyKeys,
    tags: anyKeys,
  })
  .map(({ runs, experiments, ...rest }) => ({
    ...rest,
    experiments,
    number: Uint32Array.from(runs, ({ number }) => number),
    id: runs.map(({ id }) => id),
    experiment: Uint32Array.from(runs, ({ experiment }) => experiment % experiments.length),
    name: runs.map(({ name }) => name),
    status: runs.map(({ status }) => status),
    started: Float64Array.from(runs, ({ started }) => started),
    ended: Float64Array.from(runs, ({ ended }) => ended),
    slot: Uint32Array.from(runs, ({ slot }) => slot),
    parent: runs.map(({ parent }) => parent),
  }));

const anyNumbers = fc.array(fc.tuple(anyCount, fc.double())).map((cells): TableColumn => ({
  kind: 'numbers',
  number: Uint32Array.from(cells, ([number]) => number),
  value: Float64Array.from(cells, ([, value]) => value),
}));

const anyTexts = fc
  .tuple(fc.array(fc.tuple(anyCount, fc.nat())), fc.uniqueArray(anyText, { minLength: 1 }))
  .map(([cells, values]): TableColumn => ({
    kind: 'texts',
    number: Uint32Array.from(cells, ([number]) => number),
    code: Uint32Array.from(cells, ([, code]) => code % values.length),
    values,
  }));

const twoRuns: TableRows = {
  revision: 7,
  number: Uint32Array.of(2, 1),
  id: ['b', 'a'],
  experiment: Uint32Array.of(0, 0),
  experiments: [{ id: '1', name: 'Versuch ñ 実験' }],
  name: ['zwei', 'eins'],
  status: ['RUNNING', 'KILLED'],
  started: Float64Array.of(2000, NaN),
  ended: Float64Array.of(NaN, 1500),
  slot: Uint32Array.of(1, 0),
  parent: ['', 'b'],
  metrics: [{ key: 'val/<b>Verlust</b> 損失', runs: 2, differs: true }],
  params: [],
  tags: [],
};

const twoColumns = {
  revision: 3,
  columns: [
    { kind: 'numbers', number: Uint32Array.of(1, 2, 3), value: Float64Array.of(NaN, -0, 5e-324) },
    { kind: 'texts', number: Uint32Array.of(1, 3), code: Uint32Array.of(1, 0), values: ['', 'adam'] },
  ] satisfies TableColumn[],
};

/** The buffer with its JSON header changed; the replacement has the same length. */
function withText(buffer: ArrayBuffer, from: string, to: string): ArrayBuffer {
  const bytes = Buffer.from(buffer.slice(0));
  const at = bytes.indexOf(from);
  assert.ok(at > 0 && Buffer.byteLength(from) === Buffer.byteLength(to), from);
  bytes.write(to, at);
  return Uint8Array.from(bytes).buffer;
}

function refusesDamage(good: ArrayBuffer, decode: (buffer: ArrayBuffer) => unknown): void {
  assert.throws(() => decode(new ArrayBuffer(0)), /damaged: it does not begin/);
  assert.throws(() => decode(new ArrayBuffer(64)), /damaged: it does not begin/);
  for (let length = 0; length < good.byteLength; length++) {
    assert.throws(() => decode(good.slice(0, length)), /The answer with the table is damaged: /, `${length} bytes`);
  }
  const longer = new Uint8Array(good.byteLength + 8);
  longer.set(new Uint8Array(good));
  assert.throws(() => decode(longer.buffer), /speaks of \d+ bytes, there are/);
  const lying = good.slice(0);
  new DataView(lying).setUint32(4, 0xffffffff, true);
  assert.throws(() => decode(lying), /claims 4294967295/);
}

describe('table codec', () => {
  it('round-trips runs bit for bit', () => {
    fc.assert(
      fc.property(anyRows, (rows) => assert.deepEqual(exact(decodeTableRows(encodeTableRows(rows))), exact(rows))),
    );
  });

  it('round-trips columns bit for bit', () => {
    fc.assert(
      fc.property(fc.nat(), fc.array(fc.oneof(anyNumbers, anyTexts), { maxLength: 5 }), (revision, columns) => {
        const table = { revision, columns };
        assert.deepEqual(exact(decodeTableColumns(encodeTableColumns(table))), exact(table));
      }),
    );
  });

  it('keeps 12,000 metrics of a run, with any names', () => {
    const metrics = Array.from({ length: 12_000 }, (_, i) => ({
      key: `块/${i}/‮<x>\n`,
      runs: i,
      differs: i % 2 === 0,
    }));
    const rows = { ...twoRuns, metrics };
    assert.deepEqual(decodeTableRows(encodeTableRows(rows)).metrics, metrics);
  });

  it('makes views, not copies', () => {
    const rows = encodeTableRows(twoRuns);
    const { number, started } = decodeTableRows(rows);
    assert.ok(number.buffer === rows && started.buffer === rows);
    const columns = encodeTableColumns(twoColumns);
    const [first, second] = decodeTableColumns(columns).columns;
    assert.ok(first?.kind === 'numbers' && first.value.buffer === columns);
    assert.ok(second?.kind === 'texts' && second.code.buffer === columns);
  });

  it('refuses damaged runs', () => {
    const good = encodeTableRows(twoRuns);
    refusesDamage(good, decodeTableRows);
    assert.throws(() => decodeTableRows(encodeTableColumns(twoColumns)), /does not begin with the mark/);
    assert.throws(() => decodeTableRows(withText(good, '"rows":2', '"rows":9')), /another form/);
    assert.throws(() => decodeTableRows(withText(good, '"rows":2', '"rows":-')), /not JSON/);
    assert.throws(() => decodeTableRows(withText(good, '["b","a"]', '["b",  5]')), /another form/);
    assert.throws(() => decodeTableRows(withText(good, ',2,1]', ',2,2]')), /another form/);
    const elsewhere = { ...twoRuns, experiment: Uint32Array.of(0, 1) };
    assert.throws(() => decodeTableRows(encodeTableRows(elsewhere)), /an experiment that is not there/);
  });

  it('refuses damaged columns', () => {
    const good = encodeTableColumns(twoColumns);
    refusesDamage(good, decodeTableColumns);
    assert.throws(() => decodeTableColumns(encodeTableRows(twoRuns)), /does not begin with the mark/);
    assert.throws(() => decodeTableColumns(withText(good, '"rows":3', '"rows":9')), /speaks of more than/);
    assert.throws(() => decodeTableColumns(withText(good, '"rows":3', '"rows":1')), /damaged/);
    const texts: TableColumn = { kind: 'texts', number: Uint32Array.of(1), code: Uint32Array.of(1), values: ['a'] };
    assert.throws(
      () => decodeTableColumns(encodeTableColumns({ revision: 1, columns: [texts] })),
      /a text that is not there/,
    );
  });

  it('writes runs that columns have in common once', () => {
    const column = (runs: number[]): TableColumn => ({
      kind: 'numbers',
      number: Uint32Array.from(runs),
      value: Float64Array.from(runs, Math.sin),
    });
    const all = Array.from({ length: 500 }, (_, i) => i);
    const columns = [column(all), column([1, 2]), column(all), column([1, 3]), column([1, 2])];
    const encoded = encodeTableColumns({ revision: 1, columns });
    const decoded = decodeTableColumns(encoded).columns;
    assert.deepEqual(exact(decoded), exact(columns));
    assert.ok(decoded[0]?.number === decoded[2]?.number && decoded[1]?.number === decoded[4]?.number);
    assert.ok(encoded.byteLength < 500 * 8 * 2 + 500 * 4 + 500, `${encoded.byteLength} bytes`);
    assert.throws(
      () => decodeTableColumns(withText(encoded, '"like":0', '"like":4')),
      /the runs of one that is not there/,
    );
  });

  it('refuses to encode columns of different lengths', () => {
    assert.throws(() => encodeTableRows({ ...twoRuns, name: ['one'] }), /differ in length/);
    const columns: TableColumn[] = [{ kind: 'numbers', number: new Uint32Array(2), value: new Float64Array(3) }];
    assert.throws(() => encodeTableColumns({ revision: 1, columns }), /another number/);
  });
});
