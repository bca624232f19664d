export interface Lazy<T> extends AsyncDisposable {
  get(): Promise<T>
}

/** Opens with the first use what costs memory, such as OTLP's libraries: who does not use it pays nothing. */
export function lazily<T extends AsyncDisposable>(open: () => Promise<T>): Lazy<T> {
  let opening: Promise<T> | undefined
  return {
    get() {
      opening ??= open()
      return opening
    },
    async [Symbol.asyncDispose]() {
      const opened = await opening?.catch(() => undefined)
      await opened?.[Symbol.asyncDispose]()
    },
  }
}
