export { type CallBounds, callWithin, type WholeReply } from './call-within.ts'
export { createUpstream, type Upstream } from './upstream.ts'
export type { UpstreamOptions, UpstreamReply, UpstreamRequest } from './upstream-request.ts'
