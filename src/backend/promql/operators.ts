/** What a binary operator does. */
export type OperatorSpec = ArithmeticSpec | ComparisonSpec | SetSpec

export interface ArithmeticSpec {
  readonly kind: 'arithmetic'
  readonly apply: (left: number, right: number) => number
}

/** Keeps the left value where it holds. */
export interface ComparisonSpec {
  readonly kind: 'comparison'
  readonly holds: (left: number, right: number) => boolean
}

/** What two numbers make: `undefined` where a comparison leaves out. */
export type Combine = (left: number, right: number) => number | undefined

export interface SetSpec {
  readonly kind: 'set'
}

const arithmetic = (apply: ArithmeticSpec['apply']): ArithmeticSpec => ({
  kind: 'arithmetic',
  apply,
})
const comparison = (holds: ComparisonSpec['holds']): ComparisonSpec => ({
  kind: 'comparison',
  holds,
})
const set: SetSpec = { kind: 'set' }

/** By sign. An operator that is not here is refused by its sign. */
export const operators: Readonly<Record<string, OperatorSpec>> = {
  '+': arithmetic((a, b) => a + b),
  '-': arithmetic((a, b) => a - b),
  '*': arithmetic((a, b) => a * b),
  '/': arithmetic((a, b) => a / b),
  '%': arithmetic((a, b) => a % b),
  '^': arithmetic(power),
  atan2: arithmetic(Math.atan2),
  '==': comparison((a, b) => a === b),
  '!=': comparison((a, b) => a !== b),
  '>': comparison((a, b) => a > b),
  '<': comparison((a, b) => a < b),
  '>=': comparison((a, b) => a >= b),
  '<=': comparison((a, b) => a <= b),
  and: set,
  or: set,
  unless: set,
}

/** One to any power is one, and so is minus one to an infinite one: so IEEE 754 has it, but not JavaScript. */
function power(base: number, exponent: number): number {
  if (base === 1 || (base === -1 && Math.abs(exponent) === Number.POSITIVE_INFINITY)) return 1
  return base ** exponent
}
