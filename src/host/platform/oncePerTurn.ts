/**
 * Reads something at most once in a turn of the event loop, however often it is asked for: a setting takes VS Code 40 µs, and
 * each of ten thousand rows asks for it.
 */
export function oncePerTurn<T>(read: () => T): () => T {
  let known: { readonly value: T } | undefined;
  return () => {
    if (known === undefined) {
      known = { value: read() };
      setImmediate(() => (known = undefined));
    }
    return known.value;
  };
}
