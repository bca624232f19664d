import { createSampleStore } from '../../../src/backend/samples/sample-store.ts'
import { createTargetWriter } from '../../../src/backend/samples/target-writer.ts'
import { fillIn, windowOf } from '../../../src/console/model/series.ts'
import { type Board, boardsOf, DEFAULT_SLOS, parseSlos } from '../../../src/dashboards/index.ts'
import type { Labels } from '../../../src/wire/labels.ts'
import type { Exposition } from '../../../src/wire/parse-exposition.ts'
import { startBackend } from '../../e2e/backend-fixture.ts'
import { type RealPrometheus, startPrometheus } from '../../support/real-prometheus.ts'
import { formatSpread, ratios, spreadOf } from '../measure/spread.ts'
import { formatTable } from '../measure/table.ts'
import { fleetMember, onePage } from './fleet.ts'
import { remoteWrite } from './remote-write.ts'

const SIDECARS = 50
const STEP_MS = 15_000
const LENGTH_MS = 3 * 3_600_000
const SCRAPES = LENGTH_MS / STEP_MS
/** Handed over at once: five minutes. */
const SLICE = 20

/** Every query of each board over three hours of fifty sidecars, asked of the backend and of a real Prometheus, in turns. */
export async function benchBoards({ rounds }: { readonly rounds: number }): Promise<string> {
  const slos = parseSlos(DEFAULT_SLOS, 'slo.yaml')
  if (!slos.ok) throw new Error('the default objectives are wrong')
  await using prometheus = await startPrometheus(
    {
      skip() {
        throw new Error('prometheus is needed')
      },
    },
    { config: '{}', takesSamples: true },
  )
  const nowMs = Math.floor(Date.now() / STEP_MS) * STEP_MS
  const page = await onePage()
  const store = createSampleStore({
    maxBytes: 1024 ** 3,
    retainMs: LENGTH_MS * 2,
    maxExemplars: 0,
  })
  await fill(page, nowMs, store, prometheus)
  await using backend = await startBackend({}, { samples: store })
  const window = windowOf(LENGTH_MS, nowMs)
  const rows: Record<string, string>[] = []
  for (const board of boardsOf(slos.value)) {
    const queries = queriesOf(board).map(({ expr, isRange }) =>
      isRange
        ? `query_range?${new URLSearchParams({ query: fillIn(expr, '', window), start: String(window.fromMs / 1000), end: String(window.toMs / 1000), step: String(window.stepMs / 1000) })}`
        : `query?${new URLSearchParams({ query: fillIn(expr, '', window), time: String(nowMs / 1000) })}`,
    )
    const ours: number[] = []
    const theirs: number[] = []
    for (let round = -1; round < rounds; round++) {
      const [a, b] = [await timed(backend.url, queries), await timed(prometheus.url, queries)]
      // The first round warms up.
      if (round >= 0) {
        ours.push(a)
        theirs.push(b)
      }
    }
    rows.push({
      board: board.title,
      queries: String(queries.length),
      'ours ms': formatSpread(spreadOf(ours)),
      'Prometheus ms': formatSpread(spreadOf(theirs)),
      '÷ Prometheus': formatSpread(ratios(ours, theirs), 2),
    })
  }
  const { series, samples, bytes } = store.stats()
  return [
    `${SIDECARS} sidecars, ${LENGTH_MS / 3_600_000} h at ${STEP_MS / 1000} s: ${series} series, ${(samples / 1e6).toFixed(1)} million samples, ${(bytes / samples).toFixed(1)} bytes each (${(bytes / 1024 ** 2).toFixed(0)} MiB). Each query of a board after the other, over HTTP, ${window.stepMs / 1000} s a step. Median (min–max) of ${rounds} rounds.`,
    '',
    formatTable(rows),
  ].join('\n')
}

const queriesOf = (board: Board) =>
  board.rows.flatMap(({ panels }) =>
    panels.flatMap(({ kind, queries }) =>
      queries.map(({ expr }) => ({ expr, isRange: kind === 'lines' || kind === 'heatmap' })),
    ),
  )

/** Scrape after scrape to ours, slice after slice to Prometheus, which wants a series' samples in order. */
async function fill(
  page: Exposition,
  nowMs: number,
  store: ReturnType<typeof createSampleStore>,
  prometheus: RealPrometheus,
): Promise<void> {
  const sidecars = Array.from({ length: SIDECARS }, (_, n) => ({
    pageAt: fleetMember(page, n),
    writer: createTargetWriter(store, (own) => own),
  }))
  for (let from = 1; from <= SCRAPES; from += SLICE)
    for (const { pageAt, writer } of sidecars) {
      const series = new Map<string, { labels: Labels; samples: [number, number][] }>()
      for (let scrape = from; scrape < from + SLICE; scrape++) {
        const own = pageAt(scrape)
        const timeMs = nowMs - (SCRAPES - scrape) * STEP_MS
        writer.write(own, timeMs)
        for (const { labels, value } of own.samples) {
          const known = series.get(labels.key) ?? { labels, samples: [] }
          known.samples.push([timeMs, value])
          series.set(labels.key, known)
        }
      }
      await remoteWrite(prometheus.url, [...series.values()])
    }
}

async function timed(url: string, queries: readonly string[]): Promise<number> {
  const begin = performance.now()
  for (const query of queries) {
    const answer = await fetch(`${url}/api/v1/${query}`)
    const text = await answer.text()
    if (!answer.ok) throw new Error(`${query}: ${text}`)
  }
  return performance.now() - begin
}
