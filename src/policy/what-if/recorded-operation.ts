import { attributes, createOperation, type Operation, pathLabel } from '../../telemetry/index.ts'
import type { ZipkinSpan } from '../../wire/zipkin-span.ts'

/** The operation that rules were asked about, read back from the span of the request. */
export interface RecordedOperation {
  readonly operation: Operation
  /** What the span does not tell for sure. */
  readonly unsure: ReadonlySet<keyof Operation>
}

const UNMATCHED = 'unmatched'
const CALL = 'calllocal/'
const INVOKE = /^\/+v1\.0\/+invoke\/+/

/** @param span a sidecar's, as `span-description.ts` of the sidecar describes it */
export function recordedOperation(span: ZipkinSpan): RecordedOperation {
  const { name = '', tags = {} } = span
  const operation = createOperation()
  // The namespace is in no span; who knows the sidecars may fill it in.
  const unsure = new Set<keyof Operation>(['namespace'])
  const isPeerPort = tags[attributes.invokeMethod] !== undefined || span.kind === 'SERVER'
  operation.api = 'invoke'
  operation.method = tags[attributes.httpMethod] ?? ''
  if (isPeerPort) for (const field of ['method', 'caller'] as const) unsure.add(field)
  else operation.caller = tags['service.name'] ?? ''

  if (name.startsWith(CALL)) {
    const [target = '', ...rest] = name.slice(CALL.length).split('/')
    operation.target = spelled(target, [tags[attributes.peerName], tags['service.name']])
    const method = rest.join('/')
    const candidates = [tags[attributes.invokeMethod], ...methodsOf(tags[attributes.url])]
    const found = candidates.find((each) => each?.toLowerCase() === method)
    if (found === undefined) unsure.add('path')
    operation.path = pathLabel(`/${found ?? method}`)
    return { operation, unsure }
  }
  const path = tags[attributes.url] ?? ''
  const [version, api] = path.split('/').filter((segment) => segment !== '')
  if (version === 'v1.0' && api !== undefined && name === path.toLowerCase()) {
    operation.api = api
    operation.path = TEMPLATES.reduce((at, [found, folded]) => at.replace(found, folded), path)
    // Which component is in no tag that all of these have.
    if (operation.path !== path) unsure.add('component')
  } else {
    operation.path = UNMATCHED
    // Refused before anyone knew who was meant, or untold by another version.
    if (name !== UNMATCHED && name !== 'invoke') unsure.add('path')
  }
  return { operation, unsure }
}

/** Parameters of the API's own routes, by which rules do not tell them apart. */
const TEMPLATES = [
  [/^(\/v1\.0\/metadata)\/[^/]+$/, '$1/{key}'],
  [/^(\/v1\.0\/state)\/[^/]+/, '$1/{store}'],
] as const

/** Names of spans are in lower case; app ids are not. */
const spelled = (lower: string, spellings: readonly (string | undefined)[]): string =>
  spellings.find((each) => each?.toLowerCase() === lower) ?? lower

/** What a path may mean to call: behind `/method/`, or all of it when a header names the app. */
function methodsOf(url: string | undefined): string[] {
  if (url === undefined) return []
  const prefix = INVOKE.exec(url)
  const rest = url.slice(prefix?.[0].length ?? 0)
  const mark = rest.search(/\/method(?:\/|$)/)
  const behind = prefix !== null && mark > 0 ? [clean(rest.slice(mark + '/method'.length))] : []
  return [...behind, clean(url)]
}

function clean(path: string): string {
  let decoded = path
  try {
    decoded = decodeURIComponent(path)
  } catch {
    // Such a request is refused; its span has another name.
  }
  const kept: string[] = []
  for (const segment of decoded.split('/')) {
    if (segment === '..') kept.pop()
    else if (segment !== '' && segment !== '.') kept.push(segment)
  }
  return kept.join('/')
}
