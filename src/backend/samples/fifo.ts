/** First in, first out, without moving what waits. */
export interface Fifo<T> {
  put(item: T): void
  peek(): T | undefined
  take(): T | undefined
}

const COMPACT_FROM = 1_024

export function createFifo<T>(): Fifo<T> {
  let items: T[] = []
  let head = 0
  return {
    put: (item) => void items.push(item),
    peek: () => items[head],
    take() {
      if (head === items.length) return undefined
      const item = items[head++]
      if (head >= COMPACT_FROM && head * 2 >= items.length) {
        items = items.slice(head)
        head = 0
      }
      return item
    },
  }
}
