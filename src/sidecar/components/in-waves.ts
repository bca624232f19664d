import type { Component, Located } from '../../resources/index.ts'

/**
 * Components in waves: each wave refers only to secret stores of earlier ones. What refers to nobody is first; what goes
 * round in a circle comes last, and fails by name.
 */
export function inWaves(
  components: readonly Located<Component>[],
): readonly (readonly Located<Component>[])[] {
  const waves: Located<Component>[][] = []
  let left = components
  while (left.length > 0) {
    const names = new Set(left.map(({ resource }) => resource.name))
    const isFree = ({ resource: { secretStore = '' } }: Located<Component>) =>
      !names.has(secretStore)
    const free = left.filter(isFree)
    const wave = free.length === 0 ? left : free
    waves.push([...wave])
    left = left.filter((each) => !wave.includes(each))
  }
  return waves
}
