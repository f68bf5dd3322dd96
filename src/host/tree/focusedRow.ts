/**
 * The row that has the focus, first, with all that is selected where it is one of them. Pure.
 * @param before what is selected
 * @param after the same with the focused row added, or taken out where it was selected
 * @returns nothing where it cannot be told which row it is
 */
export function focusedWith<T>(before: readonly T[], after: readonly T[]): readonly T[] {
  const added = after.filter((each) => !before.includes(each));
  const taken = before.filter((each) => !after.includes(each));
  // More than one: rows are coming and going meanwhile.
  if (added.length + taken.length !== 1) {
    return [];
  }
  return added.length === 1 ? added : [...taken, ...after];
}
