/** A column of 32-bit integers that grows at its end: a quarter of the memory of a list of numbers. */
export class GrowingInts {
  #values = new Int32Array(1024)
  #length = 0

  get length(): number {
    return this.#length
  }

  push(value: number): void {
    if (this.#length === this.#values.length) {
      const larger = new Int32Array(this.#values.length * 2)
      larger.set(this.#values)
      this.#values = larger
    }
    this.#values[this.#length++] = value
  }

  at(index: number): number {
    return this.#values[index] as number
  }

  set(index: number, value: number): void {
    this.#values[index] = value
  }

  /** What has been pushed so far; a view, good until the next push. */
  view(): Int32Array {
    return this.#values.subarray(0, this.#length)
  }
}
