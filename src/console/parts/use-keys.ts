import { useLayoutEffect, useRef } from 'preact/hooks'

export type Key = (event: KeyboardEvent) => void

/**
 * Single-key shortcuts. They rest while someone types, while a dialog is open, and with a modifier.
 */
export function useKeys(keys: Readonly<Record<string, Key>>): void {
  const latest = useRef(keys)
  latest.current = keys
  // Before the first paint: what can be seen also listens.
  useLayoutEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return
      if (isTyping(event.target) || document.querySelector('dialog[open]') !== null) return
      const action = latest.current[event.key]
      if (action === undefined) return
      event.preventDefault()
      action(event)
    }
    document.addEventListener('keydown', onKey)
    return () => document.removeEventListener('keydown', onKey)
  }, [])
}

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && target.matches('input, select, textarea, [contenteditable]')
