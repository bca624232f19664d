/** A stop that the program asks of itself. It may be asked for before anybody can carry it out. */
export interface StopRequest {
  ask(force: boolean): void
  /** Told at once if it has been asked for already. */
  whenAsked(carryOut: (force: boolean) => void): void
}

export function createStopRequest(): StopRequest {
  let asked: boolean | undefined
  let carryOut: ((force: boolean) => void) | undefined
  return {
    ask(force) {
      asked = force
      carryOut?.(force)
    },
    whenAsked(listener) {
      carryOut = listener
      if (asked !== undefined) listener(asked)
    },
  }
}
