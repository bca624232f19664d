import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { formatDuration } from '../../base/short-duration.ts'
import type { TraceNode } from '../../wire/trace/trace-tree.ts'
import type { ZipkinEndpoint, ZipkinSpan } from '../../wire/zipkin-span.ts'
import { clock } from '../clock.ts'
import { formatExact } from '../model/times.ts'
import { copyText } from './copy-button.tsx'

const FILTER_FROM = 6

export function SpanTags({ tags }: { tags: Readonly<Record<string, string>> }) {
  const filter = useSignal('')
  const copied = useSignal('')
  const { value: justCopied } = copied
  useEffect(() => {
    if (justCopied !== '') return clock.after(1500, () => (copied.value = ''))
    return undefined
  }, [justCopied, copied])
  const all = Object.entries(tags).sort(([a], [b]) => a.localeCompare(b))
  const wanted = filter.value.toLowerCase()
  const shown = all.filter(([key, value]) => `${key}=${value}`.toLowerCase().includes(wanted))
  const copy = async (key: string, value: string): Promise<void> => {
    if (await copyText(value)) copied.value = key
  }
  return (
    <section>
      <h3>
        Tags <small>{all.length}</small>
        {all.length >= FILTER_FROM && (
          <input
            class="tag-filter"
            placeholder="Filter tags"
            aria-label="Filter tags"
            value={filter.value}
            spellcheck={false}
            onInput={(event) => (filter.value = event.currentTarget.value)}
            onKeyDown={(event) => {
              if (event.key === 'Escape') filter.value = ''
            }}
          />
        )}
      </h3>
      {shown.length === 0 && (
        <p class="none">
          {all.length === 0 ? 'This span carries none.' : 'No tag matches the filter.'}
        </p>
      )}
      <ul class="tags">
        {shown.map(([key, value]) => (
          <li key={key}>
            <button
              type="button"
              class={key === 'error' ? 'bad' : ''}
              title={`Copy the value of ${key}`}
              onClick={() => void copy(key, value)}
            >
              <span class="tag-key">{breakable(key)}</span>
              <span class="tag-value">
                {justCopied === key ? 'copied' : value === '' ? '(empty)' : value}
              </span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  )
}

/** A long key breaks after its dots and underscores, not inside a word. */
const breakable = (key: string) =>
  key.split(/(?<=[._/])/).flatMap((part) => [part, <wbr key={part} />])

export function SpanAnnotations({ node }: { node: TraceNode }) {
  const annotations = node.span.annotations ?? []
  if (annotations.length === 0) return null
  return (
    <section>
      <h3>
        Annotations <small>{annotations.length}</small>
      </h3>
      <table class="annotations">
        <tbody>
          {annotations.map(({ timestamp, value }) => (
            <tr key={`${timestamp} ${value}`}>
              <td title={formatExact(timestamp / 1000)}>
                +{formatDuration(timestamp + node.shiftedUs - node.startUs)}
              </td>
              <td>{value}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}

export function SpanEndpoints({ span }: { span: ZipkinSpan }) {
  const rows: [string, ZipkinEndpoint | undefined][] = [
    ['Local', span.localEndpoint],
    ['Remote', span.remoteEndpoint],
  ]
  const known = rows.flatMap(([side, endpoint]) =>
    endpoint === undefined ? [] : [{ side, endpoint }],
  )
  if (known.length === 0) return null
  return (
    <section>
      <h3>Endpoints</h3>
      <table class="annotations">
        <tbody>
          {known.map(({ side, endpoint }) => (
            <tr key={side}>
              <td>{side}</td>
              <td>
                {endpoint.serviceName ?? ''} <code>{addressOf(endpoint)}</code>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}

function addressOf({ ipv4, ipv6, port }: ZipkinEndpoint): string {
  const host = ipv4 ?? (ipv6 === undefined ? '' : `[${ipv6}]`)
  return port === undefined ? host : `${host}:${port}`
}
