import type { ComponentChildren } from 'preact'
import { Icon } from './icons.tsx'

/** What stands in the place of content: the reason, and the way on. */
export function Notice(props: {
  title: string
  tone?: 'error'
  children?: ComponentChildren
  actions?: ComponentChildren
}) {
  return (
    <section
      class={`notice ${props.tone ?? ''}`}
      role={props.tone === 'error' ? 'alert' : 'status'}
    >
      <h2>
        {props.tone === 'error' && <Icon name="error" />}
        {props.title}
      </h2>
      <div class="notice-body">{props.children}</div>
      {props.actions !== undefined && <div class="actions">{props.actions}</div>}
    </section>
  )
}
