import { useSignal } from '@preact/signals'
import type { ComponentChildren } from 'preact'
import { useId, useRef } from 'preact/hooks'
import { getNames } from '../api.ts'
import { nowMs } from '../clock.ts'
import { formatSearchQuery, type SearchQuery, searchWindow } from '../model/search-query.ts'
import { formatLocalInput, parseLocalInput } from '../model/times.ts'
import { runSearch } from '../search-link.ts'
import { useRemote } from '../use-remote.ts'
import { Combobox } from './combobox.tsx'
import { Icon } from './icons.tsx'
import { TimeSelect } from './time-select.tsx'
import { useKeys } from './use-keys.ts'

interface Props {
  readonly query: SearchQuery
  readonly services: readonly string[]
  readonly problems: Readonly<Record<string, string>>
}

/** The form is refilled whenever the URL says something new. */
export const SearchForm = (props: Props) => (
  <Fields
    key={formatSearchQuery({ ...props.query, sort: 'newest', isLive: false }).toString()}
    {...props}
  />
)

function Fields({ query, services, problems }: Props) {
  const form = useRef<HTMLFormElement>(null)
  const service = useSignal(query.serviceName)
  const spans = useNames('spans', service.value)
  const remotes = useNames('remoteServices', service.value)
  const isRange = useSignal(query.lookback === 'range' || query.endMs !== undefined)
  const window = searchWindow(query, nowMs())
  const submit = (): void => form.current?.requestSubmit()
  useKeys({ '/': () => form.current?.querySelector('input')?.focus() })

  const onSubmit = (event: Event): void => {
    event.preventDefault()
    if (form.current !== null) runSearch(readForm(form.current, query, isRange.value))
  }
  return (
    <form ref={form} class="query" aria-label="Search traces" onSubmit={onSubmit}>
      <Field label="Service" wide={2}>
        {(id) => (
          <Combobox
            id={id}
            name="serviceName"
            value={query.serviceName}
            options={services}
            placeholder="all"
            onInput={(text) => (service.value = text)}
            onPick={submit}
          />
        )}
      </Field>
      <Field label="Span name" wide={2}>
        {(id) => (
          <Combobox
            id={id}
            name="spanName"
            value={query.spanName}
            options={spans}
            placeholder={service.value === '' ? 'all; a service offers its names' : 'all'}
            onPick={submit}
          />
        )}
      </Field>
      <Field label="Remote service" wide={2}>
        {(id) => (
          <Combobox
            id={id}
            name="remoteServiceName"
            value={query.remoteServiceName}
            options={remotes}
            placeholder="all"
            onPick={submit}
          />
        )}
      </Field>
      <Field label="Tags and annotations" wide={3}>
        {(id) => (
          <input
            id={id}
            name="annotationQuery"
            value={query.annotationQuery}
            placeholder="error and http.request.method=POST"
            spellcheck={false}
            autocomplete="off"
          />
        )}
      </Field>
      <Field label="Min duration" problem={problems.minDuration}>
        {(id) => (
          <input
            id={id}
            name="minDuration"
            value={query.minDuration}
            placeholder="10ms"
            autocomplete="off"
          />
        )}
      </Field>
      <Field label="Max duration" problem={problems.maxDuration}>
        {(id) => (
          <input
            id={id}
            name="maxDuration"
            value={query.maxDuration}
            placeholder="1.5s"
            autocomplete="off"
          />
        )}
      </Field>
      <Field label="Time" wide={2}>
        {(id) => (
          <TimeSelect
            id={id}
            query={query}
            isRange={isRange.value}
            onChange={(name) => {
              isRange.value = name === 'range'
              if (name !== 'range') submit()
            }}
          />
        )}
      </Field>
      <Field label="Limit">
        {(id) => (
          <input id={id} name="limit" type="number" min="1" max="10000" value={query.limit} />
        )}
      </Field>
      <div class="query-actions">
        <button type="submit" class="primary">
          <Icon name="search" /> Run query
        </button>
        <a class="button quiet" href="./">
          Reset
        </a>
      </div>
      {isRange.value && (
        <div class="range">
          <Field label="From">
            {(id) => (
              <input
                id={id}
                name="startTs"
                type="datetime-local"
                step="1"
                value={formatLocalInput(window.startMs)}
              />
            )}
          </Field>
          <Field label="To" problem={problems.endTs}>
            {(id) => (
              <input
                id={id}
                name="endTs"
                type="datetime-local"
                step="1"
                value={formatLocalInput(window.endMs)}
              />
            )}
          </Field>
        </div>
      )}
    </form>
  )
}

const useNames = (list: 'spans' | 'remoteServices', service: string): readonly string[] => {
  const names = useRemote(`${list} ${service}`, (signal) =>
    service === ''
      ? Promise.resolve({ ok: true as const, value: [] })
      : getNames(list, service, signal),
  )
  return names.isOld ? [] : (names.value ?? [])
}

function Field(props: {
  label: string
  wide?: number
  problem?: string | undefined
  children: (id: string) => ComponentChildren
}) {
  const id = useId()
  return (
    <div class={`field wide-${props.wide ?? 1}`} data-invalid={props.problem !== undefined}>
      <label for={id}>{props.label}</label>
      {props.children(id)}
      {props.problem !== undefined && <em role="alert">{props.problem}</em>}
    </div>
  )
}

function readForm(form: HTMLFormElement, before: SearchQuery, isRange: boolean): SearchQuery {
  const data = new FormData(form)
  const text = (name: string): string => String(data.get(name) ?? '').trim()
  const limit = Number(text('limit'))
  const chosen = text('lookback')
  const startMs = isRange ? parseLocalInput(text('startTs')) : undefined
  return {
    serviceName: text('serviceName').toLowerCase(),
    spanName: text('spanName').toLowerCase(),
    remoteServiceName: text('remoteServiceName').toLowerCase(),
    annotationQuery: text('annotationQuery'),
    minDuration: text('minDuration'),
    maxDuration: text('maxDuration'),
    lookback: isRange ? 'range' : chosen,
    millisMs: chosen === 'millis' ? before.millisMs : undefined,
    startMs,
    endMs: isRange ? parseLocalInput(text('endTs')) : undefined,
    limit: Number.isSafeInteger(limit) && limit > 0 ? limit : before.limit,
    sort: before.sort,
    isLive: before.isLive && !isRange,
  }
}
