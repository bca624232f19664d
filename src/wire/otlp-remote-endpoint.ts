import type { OtlpAttribute, OtlpValue } from './otlp-span.ts'
import { formatOtlpValue } from './otlp-value.ts'
import { parseIp } from './zipkin-ip.ts'
import type { ZipkinEndpoint } from './zipkin-span.ts'

/** What our exporter calls the other side. */
export const PEER_SERVICE = 'peer.service'
/** They say outright who is on the other side, whatever the kind of span; the second is the newer name. */
export const PEER_NAMES: ReadonlySet<string> = new Set([PEER_SERVICE, 'service.peer.name'])

/**
 * Attributes that name the other side of a call, the best first. Those with a port hold an address.
 *
 * @see opentelemetry-specification `trace/sdk_exporters/zipkin.md`, "Remote endpoint"
 */
const RANKING: readonly { readonly key: string; readonly portKey?: string }[] = [
  ...Array.from(PEER_NAMES, (key) => ({ key })),
  { key: 'server.address' },
  { key: 'net.peer.name' },
  { key: 'network.peer.address', portKey: 'network.peer.port' },
  { key: 'server.socket.domain' },
  { key: 'server.socket.address', portKey: 'server.socket.port' },
  { key: 'net.sock.peer.name' },
  { key: 'net.sock.peer.addr', portKey: 'net.sock.peer.port' },
  { key: 'peer.hostname' },
  { key: 'peer.address' },
  { key: 'db.name' },
]

/** What a sidecar calls `server.address` is its client's address, as in daprd: it names no server. */
const SIDECAR_RANKING = RANKING.filter(({ key }) => key !== 'server.address')

/**
 * The endpoint of the other side; `undefined` when no attribute names it.
 *
 * @param isOutgoing whether the span is of kind client or producer: others have it from {@link PEER_NAMES} alone
 * @param isSidecar whether a sidecar recorded the span
 */
export function remoteEndpointOf(
  attributes: readonly OtlpAttribute[],
  isOutgoing: boolean,
  isSidecar: boolean,
): ZipkinEndpoint | undefined {
  const values = new Map<string, OtlpValue>()
  for (const { key, value } of attributes) values.set(key, value)
  for (const { key, portKey } of isSidecar ? SIDECAR_RANKING : RANKING) {
    if (!isOutgoing && !PEER_NAMES.has(key)) return undefined
    const text = formatOtlpValue(values.get(key))
    if (text === '') continue
    const endpoint =
      portKey === undefined ? { serviceName: text } : address(text, values.get(portKey))
    if (endpoint !== undefined) return endpoint
  }
  return undefined
}

function address(text: string, portValue: OtlpValue): ZipkinEndpoint | undefined {
  const ip = parseIp(text)
  if (ip === undefined) return undefined
  const port = Number(formatOtlpValue(portValue))
  return Number.isInteger(port) && port > 0 && port <= 0xffff ? { ...ip, port } : ip
}
