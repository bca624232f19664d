import { signal } from '@preact/signals'
import { useMemo } from 'preact/hooks'
import { readTrace } from '../../wire/trace/trace.ts'
import { readSpanFile, type SpanFile } from '../model/span-file.ts'
import { Notice } from '../parts/notice.tsx'
import { navigate, params, setParams } from '../router.ts'
import { TraceScreen } from './trace-screen.tsx'

interface OpenFile {
  readonly name: string
  readonly content: SpanFile
}

const file = signal<OpenFile | undefined>(undefined)

/** Reads a file the user chose and shows it; nothing leaves the browser. */
export async function openTraceFile(chosen: File): Promise<void> {
  const content = readSpanFile(new Uint8Array(await chosen.arrayBuffer()))
  file.value = { name: chosen.name, content }
  navigate(`traceViewer?file=${encodeURIComponent(chosen.name)}`)
}

export function FileView() {
  const open = file.value
  const traces = open?.content.ok === true ? open.content.value : []
  const index = Math.min(
    Number(params.value.get('trace') ?? 0) || 0,
    Math.max(0, traces.length - 1),
  )
  const spans = traces[index]
  const trace = useMemo(() => (spans === undefined ? undefined : readTrace(spans)), [spans])
  if (open === undefined)
    return (
      <Notice title="Open a trace file">
        <p>
          Choose a JSON file with the upload button in the header. It holds the spans of one trace,
          or a list of traces, as <em>Download JSON</em> here or in Zipkin writes it. The file stays
          in this browser, so after a reload it must be chosen again.
        </p>
      </Notice>
    )
  if (!open.content.ok)
    return (
      <Notice tone="error" title={`${open.name} is not a trace file`}>
        <p class="words">{open.content.error}</p>
        <p>Expected is a JSON array of Zipkin v2 spans, or an array of such arrays.</p>
      </Notice>
    )
  if (trace === undefined || spans === undefined)
    return (
      <Notice title={`${open.name} holds no span`}>
        <p>The file is a valid list, but an empty one.</p>
      </Notice>
    )
  return (
    <>
      {traces.length > 1 && (
        <div class="banner">
          <span>
            {open.name} holds {traces.length} traces.
          </span>
          <select
            aria-label="Trace in the file"
            value={index}
            onChange={(event) =>
              setParams({ trace: event.currentTarget.value, span: undefined, fold: undefined })
            }
          >
            {traces.map((list, i) => (
              <option key={list[0]?.traceId} value={i}>
                {list[0]?.traceId} ({list.length} spans)
              </option>
            ))}
          </select>
        </div>
      )}
      <TraceScreen key={trace.traceId} trace={trace} spans={spans} fileName={open.name} />
    </>
  )
}
