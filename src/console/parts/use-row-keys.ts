import type { RefObject } from 'preact'
import { useKeys } from './use-keys.ts'

/** Arrows and j k move the focus between the links of a list's rows; Enter is the browser's. */
export function useRowKeys(list: RefObject<HTMLElement | null>, selector: string): void {
  const move = (step: number): void => {
    const links = [...(list.current?.querySelectorAll<HTMLAnchorElement>(selector) ?? [])]
    const at = links.findIndex((link) => link.matches(':focus'))
    links[at === -1 ? (step > 0 ? 0 : links.length - 1) : at + step]?.focus()
  }
  useKeys({
    ArrowDown: () => move(1),
    ArrowUp: () => move(-1),
    j: () => move(1),
    k: () => move(-1),
  })
}
