import { maskCredentials } from '../../base/mask-credentials.ts'
import type { Handler } from '../exchange.ts'
import type { BackendParts } from '../parts.ts'
import { json } from '../replies.ts'
import { BACKEND_DEFAULTS, type StoreSettings } from '../settings.ts'

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
      ...keptBy(store),
    },
  }
  return () => json(config, ['Cache-Control', 'max-age=600'])
}

export const getInfo = ({ settings }: BackendParts): Handler => {
  const info = { zipkin: { version: settings.version, commit: '' } }
  return () => json(info)
}

function keptBy(store: StoreSettings) {
  switch (store.kind) {
    case 'memory':
      return { retention: { maxSpans: store.maxSpans } }
    case 'disk':
      return { retention: { retainMs: store.retainMs, maxBytes: store.maxBytes } }
    case 'upstream':
      return { upstream: maskCredentials(store.url) }
  }
}
