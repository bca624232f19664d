import type { RawHeaders } from '../net/index.ts'

/** Below this many services a user is still setting things up and wants to see each new one at once. */
const FEW = 3
const MAX_AGE: RawHeaders = ['Cache-Control', 'max-age=300, must-revalidate']

/**
 * Whether browsers may keep name lists: once the last list of services had more than three, as in Zipkin.
 */
export class NamesCache {
  #hasManyServices = false

  sawServices(count: number): void {
    this.#hasManyServices = count > FEW
  }

  forNames(): RawHeaders {
    return this.#hasManyServices ? MAX_AGE : []
  }

  forValues(count: number): RawHeaders {
    return count > FEW ? MAX_AGE : []
  }

  always(): RawHeaders {
    return MAX_AGE
  }
}
