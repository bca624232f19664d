import type { Handler } from '../../exchange.ts'
import type { BackendParts } from '../../parts.ts'
import { toMatcher } from '../../promql/matchers.ts'
import type { StoredExemplar } from '../../samples/stored-series.ts'
import { success } from './envelope.ts'
import { formatLabels, formatNumber, formatTime } from './format-result.ts'
import { readSpan } from './parameters.ts'
import { nowMs, readQuery, withParameters } from './prometheus-parts.ts'

const HOUR_MS = 3_600_000

/** `GET /api/v1/query_exemplars?query=…`: exemplars of every series that the expression selects. */
export const getQueryExemplars = ({ samples, clock }: BackendParts): Handler =>
  withParameters(async (parameters) => {
    const endMs = nowMs(clock)
    const span = readSpan(parameters, { startMs: endMs - HOUR_MS, endMs })
    const { selectors, regexes } = await readQuery(parameters)
    const found = new Map<string, string>()
    for (const selector of selectors) {
      const matchers = selector.map((text) => toMatcher(text, regexes))
      for (const { labels, exemplars } of samples.exemplars(matchers, span.startMs, span.endMs))
        found.set(
          labels.key,
          `{"seriesLabels":${formatLabels(labels)},"exemplars":[${exemplars.map(formatExemplar)}]}`,
        )
    }
    return success(`[${[...found.values()]}]`)
  })

const formatExemplar = ({ labels, value, timeMs }: StoredExemplar): string =>
  `{"labels":${formatLabels(labels)},"value":"${formatNumber(value)}","timestamp":${formatTime(timeMs)}}`
