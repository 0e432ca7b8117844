/** A number of days in words. */
export function daysOf(count: number): string {
  return count === 1 ? '1 day' : `${count} days`;
}
