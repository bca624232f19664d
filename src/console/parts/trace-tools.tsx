import { formatDuration } from '../../base/short-duration.ts'
import type { TraceState } from '../views/use-trace-state.ts'
import { IconButton } from './icon-button.tsx'
import { Icon } from './icons.tsx'

export function TraceTools(props: {
  state: TraceState
  matches: readonly string[]
  selectedKey: string
  hasFolded: boolean
  onStep: (by: 1 | -1) => void
  onToggleAll: () => void
}) {
  const { state, matches } = props
  const at = matches.indexOf(props.selectedKey)
  return (
    <div class="tools" role="toolbar" aria-label="Trace tools">
      <div class="find">
        <Icon name="search" />
        <input
          id="find"
          placeholder="Find in trace"
          aria-label="Find in this trace (/)"
          value={state.find}
          autocomplete="off"
          spellcheck={false}
          onInput={(event) => state.setFind(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key === 'Enter') {
              event.preventDefault()
              props.onStep(event.shiftKey ? -1 : 1)
            } else if (event.key === 'Escape') {
              state.setFind('')
              event.currentTarget.blur()
            }
          }}
        />
        <kbd>/</kbd>
      </div>
      <span class="find-count" aria-live="polite">
        {state.find === ''
          ? ''
          : matches.length === 0
            ? 'no match'
            : `${at === -1 ? '–' : at + 1} of ${matches.length}`}
      </span>
      <IconButton
        icon="up"
        title="Previous match (N)"
        label="Previous match"
        isDisabled={matches.length === 0}
        onClick={() => props.onStep(-1)}
      />
      <IconButton
        icon="down"
        title="Next match (n)"
        label="Next match"
        isDisabled={matches.length === 0}
        onClick={() => props.onStep(1)}
      />
      <span class="gap" />
      {state.isZoomed && (
        <button
          type="button"
          class="quiet"
          title="Show the whole trace (0)"
          onClick={() => state.setWindow(undefined)}
        >
          <Icon name="close" /> {formatDuration(state.window.fromUs)} –{' '}
          {formatDuration(state.window.toUs)}
        </button>
      )}
      <button
        type="button"
        class="quiet"
        onClick={props.onToggleAll}
        title="Fold or unfold all (x)"
      >
        {props.hasFolded ? 'Unfold all' : 'Fold all'}
      </button>
      <button
        type="button"
        class="quiet critical-toggle"
        aria-pressed={state.isCriticalShown}
        title="The spans that determine when the trace ends (c)"
        onClick={state.toggleCritical}
      >
        <i /> Critical path
      </button>
    </div>
  )
}
