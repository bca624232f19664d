import type { BindingFeature } from '../../components/bindings/index.ts'
import type { Component } from '../../resources/index.ts'
import { metadataValue } from '../components/metadata-value.ts'

/** `direction: "input, output"` of a component; undefined: it does not say. */
function directionsOf(component: Component): readonly string[] | undefined {
  const text = metadataValue(component, 'direction')
  return text === '' ? undefined : text.split(',').map((word) => word.trim().toLowerCase())
}

/** Whether the component may be used in this direction: in every one that it does not rule out. */
export const isOfDirection = (
  component: Component,
  features: ReadonlySet<string>,
  direction: 'input' | 'output',
): boolean =>
  features.has(FEATURES[direction]) && directionsOf(component)?.includes(direction) !== false

/** Whether it says that its events are wanted: then the app is not asked. */
export const isExplicitInput = (component: Component): boolean =>
  directionsOf(component)?.includes('input') === true

const FEATURES: Readonly<Record<'input' | 'output', BindingFeature>> = {
  input: 'INPUT_BINDING',
  output: 'OUTPUT_BINDING',
}
