import type { RefObject } from 'preact'
import { useImperativeHandle, useRef } from 'preact/hooks'

export interface YamlEditorHandle {
  /** Selects a line, 1-based, and goes there. */
  goTo(line: number): void
}

/** A text area with line numbers, since problems name lines. Tab leaves it, as in every form. */
export function YamlEditor(props: {
  handle: RefObject<YamlEditorHandle | null>
  value: string
  /** Lines with a problem. */
  marked: ReadonlySet<number>
  onInput: (text: string) => void
  onRun: () => void
}) {
  const area = useRef<HTMLTextAreaElement>(null)
  const gutter = useRef<HTMLDivElement>(null)
  useImperativeHandle(
    props.handle,
    () => ({
      goTo(line) {
        const box = area.current
        if (box === null) return
        const lines = box.value.split('\n')
        const start = lines.slice(0, line - 1).reduce((sum, text) => sum + text.length + 1, 0)
        box.focus()
        box.setSelectionRange(start, start + (lines[line - 1]?.length ?? 0))
        box.scrollTop = (line - 4) * (box.scrollHeight / Math.max(1, lines.length))
      },
    }),
    [],
  )
  return (
    <div class="yaml-editor">
      <div class="yaml-lines" ref={gutter} aria-hidden="true">
        {props.value.split('\n').map((_, i) => (
          <span key={i} class={props.marked.has(i + 1) ? 'bad' : ''}>
            {i + 1}
          </span>
        ))}
      </div>
      <textarea
        ref={area}
        id="policy"
        spellcheck={false}
        autocomplete="off"
        wrap="off"
        value={props.value}
        onInput={(event) => props.onInput(event.currentTarget.value)}
        onScroll={(event) => gutter.current?.scrollTo(0, event.currentTarget.scrollTop)}
        onKeyDown={(event) => {
          if (event.key === 'Escape') event.currentTarget.blur()
          if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return
          event.preventDefault()
          props.onRun()
        }}
      />
    </div>
  )
}
