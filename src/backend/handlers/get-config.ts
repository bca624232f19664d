import type { Handler } from '../exchange.ts'
import type { BackendParts } from '../parts.ts'
import { json } from '../replies.ts'
import { BACKEND_DEFAULTS } from '../settings.ts'

/** What a console needs to know before its first query. `sidelight` is ours; the rest is Zipkin's. */
export const getConfig = ({ settings }: BackendParts): Handler => {
  const { store } = settings
  const config = {
    environment: '',
    queryLimit: BACKEND_DEFAULTS.queryLimit,
    defaultLookback: BACKEND_DEFAULTS.uiLookbackMs,
    searchEnabled: settings.searchEnabled,
    logsUrl: null,
    supportUrl: null,
    archivePostUrl: null,
    archiveUrl: null,
    dependency: { enabled: true, lowErrorRate: 0.5, highErrorRate: 0.75 },
    sidelight: {
      version: settings.version,
      allowClear: settings.allowClear,
      store: store.kind,
      retention:
        store.kind === 'memory'
          ? { maxSpans: store.maxSpans }
          : { retainMs: store.retainMs, maxBytes: store.maxBytes },
    },
  }
  return () => json(config, ['Cache-Control', 'max-age=600'])
}

export const getInfo = ({ settings }: BackendParts): Handler => {
  const info = { zipkin: { version: settings.version, commit: '' } }
  return () => json(info)
}
