/** Where a resource stands. Not part of it: a moved line changes nothing. */
export interface Located<T> {
  readonly resource: T
  readonly file: string
  readonly line: number
}

/** A resource beside the document it was read from. */
export interface ReadResource<R> extends Located<R> {
  lineOf(path: readonly PropertyKey[]): number
}

/** What a document holds, right or wrong. */
export interface LocatedValue {
  readonly value: unknown
  readonly file: string
  lineOf(path: readonly PropertyKey[]): number
}
