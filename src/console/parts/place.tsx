import { type Place, placeInWords } from '../model/sidecars.ts'

/** `tracing.yaml:7`, the whole path in its title; nothing when nobody set it. */
export function PlaceName({
  place,
  isWhole = false,
}: {
  place: Place | undefined
  isWhole?: boolean
}) {
  if (place === undefined) return <span class="none">default</span>
  return (
    <code class="place" title={placeInWords(place, { isWhole: true })}>
      {placeInWords(place, { isWhole })}
    </code>
  )
}
