import { stringifyJson } from '../../core/json';
import { takingTurns } from '../turns';

/** Things that are written as JSON before others get their turn, where nothing else is said. */
const usual = 50;

/** An answer that is written as JSON already, in pieces: a long one takes too long to be written, and to be measured, in one go. */
export class JsonPieces {
  constructor(readonly pieces: readonly Buffer[]) {}
}

/**
 * An object with a list of things, which is left out when it is empty, and other fields behind it.
 * @param rest not in need of turns
 * @param atOnce things that are written before others get their turn
 */
export async function withList<T>(
  name: string,
  items: readonly T[],
  toWire: (item: T) => object,
  rest: object,
  atOnce = usual,
): Promise<object> {
  if (items.length <= atOnce) {
    return { ...(items.length > 0 ? { [name]: items.map(toWire) } : {}), ...rest };
  }
  const turn = takingTurns();
  const pieces = [Buffer.from(`{${JSON.stringify(name)}:[`)];
  for (let from = 0; from < items.length; from += atOnce) {
    const text = stringifyJson(items.slice(from, from + atOnce).map(toWire)).slice(1, -1);
    pieces.push(Buffer.from(from === 0 ? text : `,${text}`));
    await turn();
  }
  const end = stringifyJson(rest).slice(1);
  pieces.push(Buffer.from(end === '}' ? ']}' : `],${end}`));
  return new JsonPieces(pieces);
}
