/**
 * Fields of requests, as lenient as MLflow's protobuf JSON reader: snake_case and lowerCamelCase names, numbers as strings,
 * enums by name or number, null for absent. What does not fit becomes one of MLflow's two sentences.
 */
import * as z from 'zod';
import { ApiError } from '../../core/errors';
import { int64 } from '../../core/int64';
import { invalidValue, missingValue } from '../../core/limits';
import type { Int64 } from '../../core/model';
import type { Steps } from '../../core/steps';

interface Field<T> {
  /** Must be there, and not as an empty string (MLflow counts that as missing). */
  required: z.ZodType<T>;
  optional: z.ZodType<T | undefined>;
}

/** All names by which a request's fields are known. */
const fieldNames = new Set<string>();

/** Reads a value; `refused` where it does not fit. */
type PlainReader = (value: unknown) => unknown;

const halfPair = /\p{Surrogate}/u;

const refused = Symbol('refused');
const refuse: PlainReader = () => refused;
/** Of the types that `field` made, and of messages and lists of such. */
const plainReaders = new WeakMap<object, PlainReader>();
/** What lists, and messages with lists, are made of, where all of that has plain readers. */
const partsOf = new WeakMap<object, Parts>();

interface Parts {
  /** Of a list. */
  readonly item?: z.core.$ZodType;
  readonly most?: number;
  /** Of a message. */
  readonly fields?: readonly {
    readonly name: string;
    readonly spellings: readonly string[];
    readonly type: z.core.$ZodType;
  }[];
}

/** List items that are read in one step. */
const itemsInStep = 100;

/** As many a list may have where nothing else is said: what the store does with them takes some 30 ms. */
const mostItems = 10_000;
/** The same of ids of experiments. */
export const mostExperiments = 100_000;

/**
 * A message of named fields; unknown ones are ignored. `run_uuid` stands in for a missing `run_id`. A batch is a thousand messages,
 * so those that have plain fields only are read without zod, which comes in where something is wrong.
 */
export function message<S extends z.ZodRawShape>(shape: S): z.ZodType<z.output<z.ZodObject<S>>> {
  const names = Object.keys(shape).map((name) => ({ name, spellings: spellingsOf(name) }));
  names.forEach(({ spellings }) => spellings.forEach((each) => fieldNames.add(each)));
  const makeChecked = () =>
    z.preprocess((input) => {
      if (!isRecord(input)) {
        return input;
      }
      const found: Record<string, unknown> = {};
      for (const { name, spellings } of names) {
        found[name] = firstValue(input, spellings);
      }
      return found;
    }, z.object(shape));
  const readers = Object.values(shape).flatMap((type) => plainReaders.get(type) ?? []);
  if (readers.length < names.length) {
    return makeChecked();
  }
  // Most are never needed: made at once, they would be a part of every start.
  let checked: ReturnType<typeof makeChecked> | undefined;
  const plain = names.map((each, i) => ({ ...each, read: readers[i] ?? refuse }));
  const whole = z.unknown().transform((input, context) => {
    const found = readPlainly(input, plain);
    if (isWhole<z.output<z.ZodObject<S>>>(found)) {
      return found;
    }
    checked ??= makeChecked();
    const { data, error } = checked.safeParse(input, { reportInput: true });
    if (error === undefined) {
      return data;
    }
    for (const issue of error.issues) {
      const params = issue.code === 'custom' ? (issue.params ?? {}) : {};
      context.addIssue({ code: 'custom', input: issue.input, path: issue.path, params });
    }
    return z.NEVER;
  });
  plainReaders.set(whole, (input) => readPlainly(input, plain) ?? refused);
  const types = Object.values(shape);
  if (types.some((type) => partsOf.has(type))) {
    partsOf.set(whole, { fields: names.flatMap((each, i) => (types[i] ? { ...each, type: types[i] } : [])) });
  }
  return whole;
}

/** False for a name that no request's declaration has: whatever is under it is never looked at. */
export function isFieldName(name: string): boolean {
  return fieldNames.has(name);
}

/** @returns undefined where anything is wrong */
function readPlainly(
  input: unknown,
  fields: readonly { readonly name: string; readonly spellings: readonly string[]; readonly read: PlainReader }[],
): Record<string, unknown> | undefined {
  if (!isRecord(input)) {
    return undefined;
  }
  const found: Record<string, unknown> = {};
  for (const { name, spellings, read } of fields) {
    const value = read(firstValue(input, spellings));
    if (value === refused) {
      return undefined;
    }
    found[name] = value;
  }
  return found;
}

/** Every field was read by the reader of its own type. */
function isWhole<T>(found: unknown): found is T {
  return found !== undefined;
}

/**
 * A list; absent or null is empty.
 * @param most items; one with more is refused before any of them is read
 */
export function list<T>(item: z.ZodType<T>, most = mostItems): z.ZodType<T[]> {
  const type = z.preprocess((input) => checkCount(input ?? [], most), z.array(item));
  const read = plainReaders.get(item);
  if (read !== undefined) {
    plainReaders.set(type, (value) => readList(checkCount(value ?? [], most), read));
    partsOf.set(type, { item, most });
  }
  return type;
}

/** @throws ApiError for a list of more items */
function checkCount<T>(value: T, most: number): T {
  if (Array.isArray(value) && value.length > most) {
    const message = `A list in a request can have at most ${most} items. Got ${value.length} items.`;
    throw new ApiError('INVALID_PARAMETER_VALUE', message);
  }
  return value;
}

function readList(value: unknown, read: PlainReader): unknown {
  if (!Array.isArray(value)) {
    return refused;
  }
  const found: unknown[] = [];
  for (const each of value) {
    const item = read(each);
    if (item === refused) {
      return refused;
    }
    found.push(item);
  }
  return found;
}

/** A list that must be there, be it empty; a query's parameter that occurs once is a list of one. */
export function requiredList<T>(item: z.ZodType<T>, most = mostItems): z.ZodType<T[]> {
  return z
    .unknown()
    .transform((value, context) => {
      if (value === undefined || value === null) {
        context.addIssue({ code: 'custom', input: value, params: { missing: true } });
        return z.NEVER;
      }
      return typeof value === 'string' ? [value] : checkCount(value, most);
    })
    .pipe(z.array(item));
}

export const text = field(readText);
export const integer = field(readInteger);
export const double = field(readDouble);
export const boolean = field(readBoolean);

/** A list of strings; a query's parameter that occurs once is a list of one. */
export const texts: z.ZodType<string[]> = z.preprocess(asTexts, z.array(text.required));
plainReaders.set(texts, (value) => readList(asTexts(value), plainReaders.get(text.required) ?? refuse));

function asTexts(value: unknown): unknown {
  return typeof value === 'string' ? [value] : (value ?? []);
}

/** What may be absent, but not null. */
export function optional<T>(type: z.ZodType<T>): z.ZodType<T | undefined> {
  const made = z.optional(type);
  const read = plainReaders.get(type);
  if (read !== undefined) {
    plainReaders.set(made, (value) => (value === undefined ? undefined : read(value)));
  }
  return made;
}

/** @param names the enum's names in the order of their numbers, which begin at 1 */
export function choice<T extends string>(names: readonly T[]): Field<T> {
  return field((value) => {
    const number = typeof value === 'string' && /^\d{1,3}$/.test(value) ? Number(value) : value;
    return names.find((name, i) => name === number || i + 1 === number);
  });
}

/**
 * Reads a request by its declaration.
 * @param input what the body or the query held
 * @throws ApiError with MLflow's sentence for the first field that is missing or does not fit
 */
export function decode<T>(schema: z.ZodType<T>, input: unknown): T {
  const plain = plainReaders.get(schema)?.(input);
  if (plain !== refused && isWhole<T>(plain)) {
    return plain;
  }
  const result = schema.safeParse(input, { reportInput: true });
  if (result.success) {
    return result.data;
  }
  throw errorOf(result.error);
}

/** `decode` in steps, of what may have long lists. */
export function* decodeInSteps<T>(schema: z.ZodType<T>, input: unknown): Steps<T> {
  const found = yield* readInSteps(schema, input, []);
  // Only where nothing has parts is it read whole.
  return isWhole<T>(found) ? found : decode(schema, input);
}

/** @param path where the value stands in the request; the same again afterwards */
function* readInSteps(type: z.core.$ZodType, value: unknown, path: PropertyKey[]): Steps<unknown> {
  const { fields, item, most = mostItems } = partsOf.get(type) ?? {};
  if (fields !== undefined && isRecord(value)) {
    const found: Record<string, unknown> = {};
    for (const field of fields) {
      path.push(field.name);
      found[field.name] = yield* readInSteps(field.type, firstValue(value, field.spellings), path);
      path.pop();
    }
    return found;
  }
  const items = checkCount(value ?? [], most);
  if (item !== undefined && Array.isArray(items)) {
    const found: unknown[] = [];
    for (const each of items) {
      path.push(found.length);
      found.push(partsOf.has(item) ? yield* readInSteps(item, each, path) : readPart(item, each, path));
      path.pop();
      if (found.length % itemsInStep === 0) {
        yield;
      }
    }
    return found;
  }
  return readPart(type, value, path);
}

function readPart(type: z.core.$ZodType, value: unknown, path: readonly PropertyKey[]): unknown {
  const found = plainReaders.get(type)?.(value);
  if (found !== refused) {
    return found;
  }
  const { data, error } = z.safeParse(type, value, { reportInput: true });
  if (error !== undefined) {
    throw errorOf(error, path);
  }
  return data;
}

function errorOf(error: z.ZodError, outer: readonly PropertyKey[] = []): ApiError {
  const [issue] = error.issues;
  const path = pathText([...outer, ...(issue?.path ?? [])]);
  if (issue?.code === 'custom' && issue.params?.['missing'] === true) {
    return missingValue(path);
  }
  const hint = ` Hint: Value was of type '${pythonType(issue?.input)}'.`;
  return invalidValue(
    path || 'request',
    issue?.input,
    `${hint} See the API docs for more information about request parameters.`,
  );
}

function field<T extends NonNullable<unknown>>(read: (value: unknown) => T | undefined): Field<T> {
  const isMissing = (value: unknown): boolean => value === undefined || value === null || value === '';
  const required = z.unknown().transform((value, context) => {
    const missing = isMissing(value);
    const result = missing ? undefined : read(value);
    if (result === undefined) {
      context.addIssue({ code: 'custom', input: value, params: { missing } });
      return z.NEVER;
    }
    return result;
  });
  const optional = z.unknown().transform((value, context) => {
    if (value === undefined || value === null) {
      return undefined;
    }
    const result = read(value);
    if (result === undefined) {
      context.addIssue({ code: 'custom', input: value });
    }
    return result;
  });
  plainReaders.set(required, (value) => (isMissing(value) ? refused : (read(value) ?? refused)));
  plainReaders.set(optional, (value) => (value === undefined || value === null ? undefined : (read(value) ?? refused)));
  return { required, optional };
}

/** The first spelling that has a value; an empty string counts only where no other has one. */
function firstValue(source: Readonly<Record<string, unknown>>, spellings: readonly string[]): unknown {
  let empty: unknown;
  for (const spelling of spellings) {
    const value = Object.hasOwn(source, spelling) ? source[spelling] : undefined;
    if (value !== undefined && value !== null && value !== '') {
      return value;
    }
    empty ??= value;
  }
  return empty;
}

function isRecord(input: unknown): input is Readonly<Record<string, unknown>> {
  return typeof input === 'object' && input !== null && !Array.isArray(input);
}

function spellingsOf(name: string): string[] {
  const camel = (each: string): string => each.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
  const names = name === 'run_id' ? ['run_id', 'run_uuid'] : [name];
  return [...new Set(names.flatMap((each) => [each, camel(each)]))];
}

/** Neither NUL, which ends strings inside SQLite, nor half a surrogate pair, which is no text at all. */
function readText(value: unknown): string | undefined {
  return typeof value === 'string' && !value.includes('\0') && !halfPair.test(value) ? value : undefined;
}

function readInteger(value: unknown): Int64 | undefined {
  if (typeof value === 'number' || typeof value === 'bigint') {
    return int64(value);
  }
  if (typeof value !== 'string') {
    return undefined;
  }
  return int64(value) ?? (isNumeral(value) ? int64(Number(value)) : undefined);
}

function readDouble(value: unknown): number | undefined {
  if (typeof value === 'string') {
    if (value === 'NaN' || value === 'Infinity' || value === '-Infinity') {
      return Number(value);
    }
    return isNumeral(value) ? readDouble(Number(value)) : undefined;
  }
  // A number that JSON.parse could only read as infinite (1e999) is none that a double can hold.
  return (typeof value === 'number' || typeof value === 'bigint') && Number.isFinite(Number(value))
    ? Number(value)
    : undefined;
}

/** Also as a text in any case, as queries and the R client have it. */
function readBoolean(value: unknown): boolean | undefined {
  if (typeof value === 'boolean') {
    return value;
  }
  const word = typeof value === 'string' ? value.toLowerCase() : undefined;
  return word === 'true' ? true : word === 'false' ? false : undefined;
}

function isNumeral(value: string): boolean {
  return value.length < 400 && /^\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?\s*$/.test(value);
}

/** `metrics[0].timestamp` */
function pathText(path: readonly PropertyKey[]): string {
  return path
    .map((part, i) => (typeof part === 'number' ? `[${part}]` : `${i === 0 ? '' : '.'}${String(part)}`))
    .join('');
}

function pythonType(value: unknown): string {
  if (value === undefined || value === null) {
    return 'NoneType';
  }
  if (Array.isArray(value)) {
    return 'list';
  }
  if (typeof value === 'number') {
    return Number.isInteger(value) ? 'int' : 'float';
  }
  const names: Partial<Record<string, string>> = { string: 'str', boolean: 'bool', bigint: 'int', object: 'dict' };
  return names[typeof value] ?? typeof value;
}
