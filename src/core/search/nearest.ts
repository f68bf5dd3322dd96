/**
 * The name that was probably meant by one that does not exist: of those that are at most a third of its letters away, the nearest;
 * undefined where none is near, or the name has fewer than three letters.
 */
export function nearestName(name: string, names: Iterable<string>): string | undefined {
  const wanted = name.toLowerCase();
  let limit = Math.min(3, Math.floor(wanted.length / 3));
  let nearest: string | undefined;
  for (const each of names) {
    if (Math.abs(each.length - wanted.length) <= limit) {
      const away = distance(wanted, each.toLowerCase(), limit);
      if (away <= limit && each !== name) {
        nearest = each;
        limit = away - 1;
        if (limit < 0) {
          break;
        }
      }
    }
  }
  return nearest;
}

/** Letters to add, take away, change or swap; anything above `limit` where it is more. */
function distance(a: string, b: string, limit: number): number {
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      let least = Math.min((row[j - 1] ?? 0) + 1, (last[j] ?? 0) + 1, (last[j - 1] ?? 0) + same);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        least = Math.min(least, (before[j - 2] ?? 0) + 1);
      }
      row.push(least);
    }
    if (Math.min(...row) > limit) {
      return limit + 1;
    }
    [before, last] = [last, row];
  }
  return last[b.length] ?? 0;
}
