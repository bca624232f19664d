import type { ZipkinEndpoint } from '../zipkin-span.ts'
import { sortByStart, type TraceNode, walk } from './trace-tree.ts'

/**
 * Moves the spans of a host whose clock runs behind its caller's. As Zipkin Lens does: only a
 * SERVER that starts before its CLIENT shows a skew; the network is taken to cost the same both
 * ways. Lens compares IPs and so does nothing for spans without one; here the service's name stands in.
 *
 * @returns the largest shift in µs, 0 when nothing moved.
 * @see zipkin-lens `zipkin/clock-skew.js`
 */
export function adjustClockSkew(roots: TraceNode[]): number {
  let largestUs = 0
  for (const root of roots)
    for (const node of walk(root)) {
      const skewUs = detectSkew(node)
      if (skewUs === undefined) continue
      largestUs = Math.max(largestUs, Math.abs(skewUs))
      shiftHost(node, skewUs)
    }
  if (largestUs > 0) sortByStart(roots)
  return largestUs
}

/** µs by which the server's clock is off, or `undefined` when nothing shows it. */
function detectSkew(server: TraceNode): number | undefined {
  const client = server.parent
  if (client === undefined || client.span.kind !== 'CLIENT' || server.span.kind !== 'SERVER') return
  if (!client.hasTime || !server.hasTime || server.startUs >= client.startUs) return
  if (isSameHost(client.span.localEndpoint, server.span.localEndpoint)) return
  const apartUs = server.startUs - client.startUs
  const isOneWay = client.durationUs === 0 || server.durationUs === 0
  if (isOneWay || client.durationUs < server.durationUs) return apartUs - 1
  return apartUs - Math.floor((client.durationUs - server.durationUs) / 2)
}

/** The skew is the host's, so it holds below the server for as long as the spans are its own. */
function shiftHost(server: TraceNode, skewUs: number): void {
  const host = server.span.localEndpoint
  const stack = [server]
  for (;;) {
    const node = stack.pop()
    if (node === undefined) return
    node.startUs -= skewUs
    node.shiftedUs -= skewUs
    for (const child of node.children)
      if (!child.hasTime || isSameHost(host, child.span.localEndpoint)) stack.push(child)
  }
}

function isSameHost(a: ZipkinEndpoint | undefined, b: ZipkinEndpoint | undefined): boolean {
  if (a === undefined || b === undefined) return false
  if (a.ipv4 !== undefined && b.ipv4 !== undefined) return a.ipv4 === b.ipv4
  if (a.ipv6 !== undefined && b.ipv6 !== undefined) return a.ipv6 === b.ipv6
  return a.serviceName !== undefined && a.serviceName === b.serviceName
}
