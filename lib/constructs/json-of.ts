/** A part of the tenant file as a function's variable; empty where the file has none. */
export function jsonOf(value: object | undefined): string {
  return value === undefined ? '' : JSON.stringify(value);
}
