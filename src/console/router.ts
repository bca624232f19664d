import { computed, signal } from '@preact/signals'
import { clock } from './clock.ts'

/** Where the page is, below the mount that `<base href>` names. */
export type Route =
  | { readonly view: 'search' }
  | { readonly view: 'trace'; readonly traceId: string }
  | { readonly view: 'file' }
  | { readonly view: 'map' }
  | { readonly view: 'configuration' }
  | { readonly view: 'doctor' }
  | { readonly view: 'whatIf' }
  | { readonly view: 'boards' }
  | { readonly view: 'unknown'; readonly path: string }

const here = signal(new URL(document.location.href))

/** The URL's query part. Views read all of their state from here. */
export const params = computed(() => here.value.searchParams)

/** What stands behind `#`, as parameters: never sent to a server, so it may be long and need not be public. */
export const fragment = computed(() => new URLSearchParams(here.value.hash.slice(1)))

/** Pages without anything in their path. */
const PAGES: Readonly<Record<string, Route>> = {
  '': { view: 'search' },
  'index.html': { view: 'search' },
  dependency: { view: 'map' },
  traceViewer: { view: 'file' },
  configuration: { view: 'configuration' },
  doctor: { view: 'doctor' },
  'what-if': { view: 'whatIf' },
  boards: { view: 'boards' },
}

export const route = computed((): Route => {
  const base = new URL(document.baseURI).pathname
  const { pathname } = here.value
  const path = pathname.startsWith(base) ? pathname.slice(base.length) : pathname.slice(1)
  const page = Object.hasOwn(PAGES, path) ? PAGES[path] : undefined
  if (page !== undefined) return page
  const traceId = /^traces\/([^/]+)\/?$/.exec(path)?.[1]
  return traceId === undefined
    ? { view: 'unknown', path }
    : { view: 'trace', traceId: decodeURIComponent(traceId) }
})

/** Goes to a path below the mount. `replace` leaves no step for the back button. */
export function navigate(path: string, { replace = false } = {}): void {
  const url = new URL(path, document.baseURI)
  if (url.href === here.value.href) return
  if (replace) {
    cancelWrite()
    cancelWrite = clock.after(WRITE_DELAY_MS, writeUrl)
    here.value = url
    return
  }
  writeUrl()
  history.replaceState({ scrollTop: document.querySelector('main')?.scrollTop ?? 0 }, '')
  history.pushState(null, '', url)
  here.value = url
  document.querySelector('main')?.scrollTo(0, 0)
}

/** Browsers stop listening to a page that replaces its URL with each repeat of a held key. */
const WRITE_DELAY_MS = 120
let cancelWrite = (): void => {}

function writeUrl(): void {
  cancelWrite()
  if (here.value.href !== location.href) history.replaceState(history.state, '', here.value)
}

/** Where this page was scrolled to when it was left, for a view to go back to once it has its content. */
export function restoreScroll(): void {
  const state: unknown = history.state
  if (typeof state !== 'object' || state === null || !('scrollTop' in state)) return
  if (typeof state.scrollTop === 'number')
    document.querySelector('main')?.scrollTo(0, state.scrollTop)
}

/** Sets query parameters of the present page; `undefined` removes one. */
export function setParams(
  changes: Readonly<Record<string, string | undefined>>,
  { replace = true } = {},
): void {
  const url = new URL(here.value)
  for (const [name, value] of Object.entries(changes))
    if (value === undefined) url.searchParams.delete(name)
    else url.searchParams.set(name, value)
  navigate(url.href, { replace })
}

/** Follows the browser's buttons and plain clicks on links inside the mount. */
export function startRouter(): void {
  addEventListener('pagehide', writeUrl)
  addEventListener('popstate', () => {
    cancelWrite()
    here.value = new URL(document.location.href)
  })
  document.addEventListener('click', (event) => {
    if (event.defaultPrevented || event.button !== 0) return
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return
    const link = event.target instanceof Element ? event.target.closest('a') : null
    if (link === null || link.target !== '' || link.hasAttribute('download')) return
    if (!link.href.startsWith(document.baseURI)) return
    event.preventDefault()
    navigate(link.href)
  })
}

/** The link to a trace, relative to the mount. */
export const traceHref = (traceId: string): string => `traces/${encodeURIComponent(traceId)}`
