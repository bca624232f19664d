/** Where a resource stands. Not part of it: a moved line changes nothing. */
export interface Located<T> {
  readonly resource: T
  readonly file: string
  readonly line: number
}
