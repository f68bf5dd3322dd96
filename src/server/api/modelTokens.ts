import { createHash } from 'node:crypto';
import { ApiError } from '../../core/errors';

/** Where a page begins, and which models were there when the first page was asked for. */
export interface ModelPlace {
  readonly offset: number;
  readonly newest: number;
}

/** A page token that belongs to one question only, as MLflow's for logged models do. */
export function modelToken({ offset, newest }: ModelPlace, question: unknown): string {
  return Buffer.from(JSON.stringify({ offset, newest, question: digestOf(question) })).toString('base64');
}

/**
 * @returns undefined for no token
 * @throws ApiError where it is none, or was given for another question
 */
export function readModelToken(token: string | undefined, question: unknown): ModelPlace | undefined {
  if (token === undefined || token === '') {
    return undefined;
  }
  const text = Buffer.from(token, 'base64').toString('utf8');
  const match = /^\{"offset":(\d{1,15}),"newest":(\d{1,15}),"question":"([\w-]+)"\}$/.exec(text);
  if (match === null) {
    throw new ApiError('INVALID_PARAMETER_VALUE', `Invalid page token: ${token.slice(0, 200)}`);
  }
  if (match[3] !== digestOf(question)) {
    throw new ApiError(
      'INVALID_PARAMETER_VALUE',
      'The page token does not match the request: it was given for other experiments, another filter, other datasets or ' +
        'another order.',
    );
  }
  return { offset: Number(match[1]), newest: Number(match[2]) };
}

function digestOf(question: unknown): string {
  return createHash('sha256').update(JSON.stringify(question)).digest('base64url');
}
