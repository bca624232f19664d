import { useSignal } from '@preact/signals'
import { navigate, route, traceHref } from '../router.ts'
import { settings } from '../settings.ts'
import { isDark, theme, toggleTheme } from '../theme.ts'
import { openTraceFile } from '../views/file-view.tsx'
import { ClearButton } from './clear-button.tsx'
import { IconButton } from './icon-button.tsx'
import { Icon } from './icons.tsx'

/** `isOwn`: only a Sidelight backend can fill it. */
const VIEWS = [
  { href: './', name: 'Search', isOwn: false, view: 'search' },
  { href: 'dependency', name: 'Service map', isOwn: false, view: 'map' },
  { href: 'boards', name: 'Boards', isOwn: true, view: 'boards' },
  { href: 'configuration', name: 'Configuration', isOwn: true, view: 'configuration' },
  { href: 'doctor', name: 'Doctor', isOwn: true, view: 'doctor' },
  { href: 'what-if', name: 'What if', isOwn: true, view: 'whatIf' },
] as const

export function Header({ onHelp }: { onHelp: () => void }) {
  const { view } = route.value
  const upstream = settings.value?.upstream
  void theme.value
  return (
    <header class="top">
      <a
        class="brand"
        href="./"
        aria-label="Sidelight, search"
        title={upstream && `The traces are those of ${upstream}`}
      >
        <svg viewBox="0 0 20 20" width="20" height="20" aria-hidden="true">
          <rect width="20" height="20" rx="5" />
          <path d="M4 6h7M7 10h9M10 14h4" />
        </svg>
        <span>Sidelight</span>
      </a>
      <nav aria-label="Views">
        {VIEWS.map(({ href, name, isOwn, view: its }) =>
          isOwn && settings.value?.knowsSidecars !== true ? null : (
            <a key={href} href={href} aria-current={its === view ? 'page' : undefined}>
              {name}
            </a>
          ),
        )}
      </nav>
      <div class="top-tools">
        <JumpBox />
        {settings.value?.allowClear === true && <ClearButton />}
        <OpenFile />
        <IconButton
          icon={isDark() ? 'sun' : 'moon'}
          title={isDark() ? 'Light theme' : 'Dark theme'}
          label={isDark() ? 'Switch to the light theme' : 'Switch to the dark theme'}
          onClick={toggleTheme}
        />
        <IconButton icon="help" title="Keyboard help (?)" label="Keyboard help" onClick={onHelp} />
      </div>
    </header>
  )
}

function JumpBox() {
  const problem = useSignal('')
  const jump = (event: Event): void => {
    event.preventDefault()
    const form = event.currentTarget
    if (!(form instanceof HTMLFormElement)) return
    const text = String(new FormData(form).get('id') ?? '').trim()
    const traceId = toTraceId(text)
    problem.value = traceId === undefined && text !== '' ? 'A trace id is 1 to 32 hex digits.' : ''
    if (traceId === undefined) return
    form.reset()
    if (document.activeElement instanceof HTMLElement) document.activeElement.blur()
    navigate(traceHref(traceId))
  }
  return (
    <form class="jump" onSubmit={jump}>
      <input
        id="jump"
        name="id"
        placeholder="Trace ID"
        aria-label="Open a trace by its id (g)"
        aria-invalid={problem.value !== ''}
        autocomplete="off"
        spellcheck={false}
        onInput={() => (problem.value = '')}
        onKeyDown={(event) => event.key === 'Escape' && event.currentTarget.blur()}
      />
      <kbd>g</kbd>
      {problem.value !== '' && (
        <span class="jump-problem" role="alert">
          {problem.value}
        </span>
      )}
    </form>
  )
}

/** Takes a bare id, and what people have at hand: a `traceparent`, a `b3` header, or a link. */
function toTraceId(text: string): string | undefined {
  const lower = text.toLowerCase()
  const found =
    /^[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-/.exec(lower)?.[1] ??
    /\/traces?\/([0-9a-f]{1,32})\b/.exec(lower)?.[1] ??
    /^([0-9a-f]{16,32})-[0-9a-f]{16}/.exec(lower)?.[1] ??
    /^([0-9a-f]{1,32})$/.exec(lower)?.[1]
  return found
}

function OpenFile() {
  return (
    <label class="button quiet" title="Open a trace from a JSON file">
      <Icon name="upload" />
      <span class="sr">Open a trace from a JSON file</span>
      <input
        type="file"
        class="sr"
        accept=".json,application/json"
        onChange={(event) => {
          const file = event.currentTarget.files?.[0]
          event.currentTarget.value = ''
          if (file !== undefined) void openTraceFile(file)
        }}
      />
    </label>
  )
}
