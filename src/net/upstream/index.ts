export { createUpstream, type Upstream } from './upstream.ts'
export type { UpstreamOptions, UpstreamReply, UpstreamRequest } from './upstream-request.ts'
