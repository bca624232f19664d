import { useId, useRef, useState } from 'preact/hooks'

const MAX_SHOWN = 60

/**
 * A text field that offers known names. Free text stays possible: a name may exist that the
 * backend has not listed.
 */
export function Combobox(props: {
  id: string
  name: string
  value: string
  options: readonly string[]
  placeholder: string
  onInput?: (text: string) => void
  onPick: () => void
}) {
  const list = useId()
  const input = useRef<HTMLInputElement>(null)
  const [text, setText] = useState(props.value)
  const [isOpen, setOpen] = useState(false)
  const [isFiltering, setFiltering] = useState(false)
  const [active, setActive] = useState(-1)
  const shown = matches(props.options, isFiltering ? text : '')

  const write = (value: string): void => {
    setText(value)
    setActive(-1)
    props.onInput?.(value)
  }
  const pick = (value: string): void => {
    write(value)
    setOpen(false)
    // The form reads the field itself, before the next render.
    if (input.current !== null) input.current.value = value
    props.onPick()
  }
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault()
      setOpen(true)
      const step = event.key === 'ArrowDown' ? 1 : -1
      setActive((at) => Math.max(-1, Math.min(shown.length - 1, at + step)))
    } else if (event.key === 'Escape') {
      if (isOpen) event.preventDefault()
      setOpen(false)
    } else if (event.key === 'Enter') {
      const chosen = isOpen ? shown[active] : undefined
      setOpen(false)
      if (chosen === undefined) return
      event.preventDefault()
      pick(chosen)
    }
  }
  return (
    <div class="combobox">
      <input
        ref={input}
        id={props.id}
        name={props.name}
        value={text}
        placeholder={props.placeholder}
        autocomplete="off"
        spellcheck={false}
        role="combobox"
        aria-expanded={isOpen && shown.length > 0}
        aria-controls={list}
        aria-autocomplete="list"
        aria-activedescendant={active >= 0 ? `${list}-${active}` : undefined}
        onInput={(event) => {
          write(event.currentTarget.value)
          setFiltering(true)
          setOpen(true)
        }}
        onFocus={(event) => event.currentTarget.select()}
        onClick={() => {
          setFiltering(false)
          setOpen(true)
        }}
        onBlur={() => setOpen(false)}
        onKeyDown={onKeyDown}
      />
      {text !== '' && (
        <button
          type="button"
          class="clear"
          tabIndex={-1}
          aria-label={`Clear ${props.name}`}
          onMouseDown={(event) => event.preventDefault()}
          onClick={() => pick('')}
        >
          ×
        </button>
      )}
      <div id={list} role="listbox" class="options" hidden={!isOpen || shown.length === 0}>
        {shown.map((option, i) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the field above handles the keys.
          <div
            key={option}
            id={`${list}-${i}`}
            role="option"
            tabIndex={-1}
            aria-selected={i === active}
            ref={i === active ? scrollToIt : null}
            onMouseDown={(event) => event.preventDefault()}
            onClick={() => pick(option)}
          >
            {option}
          </div>
        ))}
      </div>
    </div>
  )
}

const scrollToIt = (item: HTMLDivElement | null): void => item?.scrollIntoView({ block: 'nearest' })

/** Names that contain the text; those that begin with it first. */
function matches(options: readonly string[], text: string): string[] {
  const wanted = text.trim().toLowerCase()
  if (wanted === '') return options.slice(0, MAX_SHOWN)
  const found = options.filter((option) => option.includes(wanted) && option !== wanted)
  const rank = (option: string): number => (option.startsWith(wanted) ? 0 : 1)
  return found.sort((a, b) => rank(a) - rank(b)).slice(0, MAX_SHOWN)
}
