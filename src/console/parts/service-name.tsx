import { colorOf } from '../service-colors.ts'

/** A service with its colour, and how many spans it has. */
export function ServiceName(props: { service: string; count?: number; title?: string }) {
  return (
    <span class="service" title={props.title ?? props.service}>
      <i style={{ background: colorOf(props.service) }} />
      <span class="service-text">{props.service}</span>
      {props.count !== undefined && <b>{props.count}</b>}
    </span>
  )
}
