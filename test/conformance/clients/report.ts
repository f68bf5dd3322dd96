import { z } from 'zod';

/** What `test/fixtures/scripts/_report.py` writes: ints as decimal strings, floats as Python's `float.hex()`. */
const point = z.tuple([z.string(), z.string(), z.string().nullable()]);
const texts = z.record(z.string(), z.string());
/** Sorted; not a record, since keys such as `__proto__` count too. */
const pairs = z.array(z.tuple([z.string(), z.string()]));
const report = z.object({
  /** Of the client. */
  version: z.string(),
  /** What the script asked the client for, and whether that was there. */
  has: z.record(z.string(), z.boolean()),
  /** Why the script did not run to its end: what the client does not have. */
  skipped: z.string().nullable(),
  logged: z.record(
    z.string(),
    z.object({
      name: z.string().nullable(),
      status: z.string(),
      params: pairs,
      metrics: z.record(z.string(), z.array(point)),
      tags: pairs,
      /** SHA-256 of the content; null where a library made it. */
      artifacts: z.record(z.string(), z.string().nullable()),
    }),
  ),
  read: z.record(
    z.string(),
    z.object({
      name: z.string(),
      status: z.string(),
      stage: z.string(),
      experiment: z.string(),
      user: z.string(),
      start: z.string(),
      end: z.string().nullable(),
      artifactUri: z.string(),
      params: pairs,
      tags: pairs,
      latest: texts,
      history: z.record(z.string(), z.array(point)),
      artifacts: texts,
    }),
  ),
  same: z.array(z.object({ what: z.string(), expected: z.unknown(), got: z.unknown() })),
  retries: z.array(z.string()),
  errors: z.record(
    z.string(),
    z.object({
      error: z.object({ type: z.string(), code: z.string().nullable(), message: z.string() }).nullable(),
      seconds: z.number(),
    }),
  ),
});

export type Report = z.infer<typeof report>;
export type LoggedRun = Report['logged'][string];
export type ReadRun = Report['read'][string];

/** A metric's point: step and timestamp (ms, null where the script left it to the client) as decimal strings. */
export type Point = readonly [step: string, value: number, timestamp: string | null];

export function parseReport(text: string): Report {
  return report.parse(JSON.parse(text));
}

/** The value of Python's `float.hex()`, exactly. */
export function doubleOfHex(text: string): number {
  const special = { nan: NaN, inf: Infinity, '-inf': -Infinity }[text];
  if (special !== undefined) {
    return special;
  }
  const match = /^(-?)0x([01])\.([0-9a-f]+)p([+-]\d+)$/.exec(text);
  const [, sign = '', whole = '', fraction = '', exponent = ''] = match ?? [];
  if (match === null) {
    throw new Error(`not a float.hex(): ${text}`);
  }
  // The mantissa is an integer below 2^53, and a power of two only moves its point: nothing rounds.
  const value = Number.parseInt(whole + fraction, 16) * 2 ** (Number(exponent) - 4 * fraction.length);
  return sign === '-' ? -value : value;
}

export function pointOf([step, value, timestamp]: z.infer<typeof point>): Point {
  return [step, doubleOfHex(value), timestamp];
}
