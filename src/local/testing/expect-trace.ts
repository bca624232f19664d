import { isError, statusOf } from '../../wire/trace/span-facts.ts'
import type { Trace } from '../../wire/trace/trace.ts'
import { type TraceNode, walk } from '../../wire/trace/trace-tree.ts'

/** A span that a trace has to have, and what has to be below it. Each method gives a new one. */
export interface ExpectedSpan {
  /** As it is printed. */
  readonly label: string
  /** Somewhere below it, in whatever order. */
  has(...below: readonly ExpectedSpan[]): ExpectedSpan
  /** Nowhere below it. */
  lacks(...below: readonly ExpectedSpan[]): ExpectedSpan
  /** Exactly so often; without it, once or more. */
  times(count: number): ExpectedSpan
  /** Recorded by this service. */
  in(service: string): ExpectedSpan
  /** It failed; with a status, with that one. */
  failed(status?: number): ExpectedSpan
  /** It did not fail. */
  succeeded(): ExpectedSpan
  /** It has the tag; with a value, that one. */
  tagged(key: string, value?: string | RegExp): ExpectedSpan
}

/** What {@link ExpectedSpan} is made of, for the matcher. */
interface Shape {
  readonly label: string
  readonly isIt: (node: TraceNode) => boolean
  readonly below: readonly Expected[]
  readonly absent: readonly Expected[]
  readonly count: number | undefined
}

interface Expected extends ExpectedSpan {
  readonly shape: Shape
}

function expected(shape: Shape): Expected {
  const { label, isIt, below, absent } = shape
  const and = (words: string, test: (node: TraceNode) => boolean): Expected =>
    expected({ ...shape, label: `${label} ${words}`, isIt: (node) => isIt(node) && test(node) })
  return {
    label,
    shape,
    has: (...more) => expected({ ...shape, below: [...below, ...(more as Expected[])] }),
    lacks: (...more) => expected({ ...shape, absent: [...absent, ...(more as Expected[])] }),
    times: (count) => expected({ ...shape, label: `${label} × ${count}`, count }),
    in: (service) => and(`in ${service}`, (node) => isText(node.service, service)),
    failed: (status) =>
      and(
        status === undefined ? 'failed' : `failed with ${status}`,
        ({ span }) => isError(span) && (status === undefined || statusOf(span) === String(status)),
      ),
    succeeded: () => and('succeeded', ({ span }) => !isError(span)),
    tagged: (key, value) =>
      and(value === undefined ? `with ${key}` : `with ${key}=${value}`, ({ span }) => {
        const is = span.tags?.[key]
        if (is === undefined || value === undefined) return is !== undefined
        return typeof value === 'string' ? is === value : value.test(is)
      }),
  }
}

const leaf = (label: string, isIt: (node: TraceNode) => boolean): Expected =>
  expected({ label, isIt, below: [], absent: [], count: undefined })

/** Zipkin keeps names in lower case. */
const isText = (a: string | undefined, b: string): boolean => a?.toLowerCase() === b.toLowerCase()

/**
 * A span by its name, whatever the case.
 *
 * `POST /orders` also means a call of that method of an app by way of its sidecar, which Dapr names `CallLocal/…`.
 */
export const span = (name: string | RegExp): ExpectedSpan =>
  leaf(String(name), ({ span: { name: is = '', tags } }) => {
    if (typeof name !== 'string') return name.test(is)
    if (isText(is, name)) return true
    const [method, path] = name.split(' ', 2)
    const invoked = /^(\S+) \/v1\.0\/invoke\/[^/]+\/method(\/\S*)$/.exec(tags?.['dapr.api'] ?? '')
    return invoked !== null && invoked[1] === method && invoked[2] === path
  })

/** A call of an app's method through sidecars, on either side. */
export const invoke = (appId: string, method?: string): ExpectedSpan =>
  leaf(method === undefined ? `invoke ${appId}` : `invoke ${appId}/${method}`, ({ span }) => {
    const [call, app, ...rest] = span.name?.split('/') ?? []
    return (
      isText(call, 'CallLocal') &&
      isText(app, appId) &&
      (method === undefined || isText(rest.join('/'), method.replace(/^\//, '')))
    )
  })

/** A message handed to a broker. */
export const publish = (topic: string): ExpectedSpan =>
  leaf(
    `publish ${topic}`,
    ({ span: { kind, tags } }) =>
      kind === 'PRODUCER' && tags?.['messaging.destination.name'] === topic,
  )

/** A message handed to an app; with a topic, one of that. */
export const deliver = (appId: string, topic?: string): ExpectedSpan =>
  leaf(
    topic === undefined ? `deliver ${appId}` : `deliver ${topic} to ${appId}`,
    ({ service, span: { tags } }) =>
      tags?.['sidelight.delivery.attempt'] !== undefined &&
      isText(service, appId) &&
      (topic === undefined || tags['messaging.destination.name'] === topic),
  )

/** An operation of a component: `get`, `set`, `bulk_get`, `create` … */
export const operation = (component: string, name?: string): ExpectedSpan =>
  leaf(
    name === undefined ? `an operation of ${component}` : `${name} ${component}`,
    ({ span: { name: is, tags } }) =>
      tags?.['dapr.component'] === component &&
      (name === undefined || isText(is, `${name} ${component}`)),
  )

/** One line of what was looked for. */
export interface Finding {
  readonly depth: number
  readonly label: string
  /** Why it is not there; absent: it is. */
  readonly trouble: string | undefined
}

export interface Match {
  readonly isMatch: boolean
  readonly findings: readonly Finding[]
}

/** Looks for an expected root among the roots of a trace. One that is nowhere may still be the nearest. */
export function matchTrace(root: ExpectedSpan, trace: Trace): Match {
  return find(root as Expected, trace.roots, 0, 'of this trace')
}

/** The first line that tells more: how much of what was expected is there. */
export const scoreOf = ({ findings }: Match): number =>
  findings.filter(({ trouble }) => trouble === undefined).length

function find(
  { label, shape }: Expected,
  among: readonly TraceNode[],
  depth: number,
  where: string,
): Match {
  const candidates = among.filter(shape.isIt)
  const matches = candidates.map((node) => matchBelow(shape, node, depth + 1))
  const found = matches.filter(({ isMatch }) => isMatch)
  const { count } = shape
  const best =
    found[0] ?? matches.sort((a, b) => scoreOf(b) - scoreOf(a))[0] ?? nothing(shape, depth + 1)
  const trouble =
    candidates.length === 0 && count !== 0
      ? `no such span ${depth === 0 ? 'is the root ' : ''}${where}`
      : count !== undefined && found.length !== count
        ? `${found.length} of these ${where}`
        : undefined
  return {
    isMatch: trouble === undefined && (count === 0 || best.isMatch),
    findings: [{ depth, label, trouble }, ...best.findings],
  }
}

function matchBelow({ label, below, absent }: Shape, node: TraceNode, depth: number): Match {
  const descendants = [...walk(node)].slice(1)
  const found = below.map((each) => find(each, descendants, depth, `below ${label}`))
  const lacking = absent.map((each): Match => {
    const there = find(each, descendants, depth, '').isMatch
    const trouble = there ? `is below ${label}, and should not be` : undefined
    return { isMatch: !there, findings: [{ depth, label: `no ${each.label}`, trouble }] }
  })
  const all = [...found, ...lacking]
  return {
    isMatch: all.every(({ isMatch }) => isMatch),
    findings: all.flatMap(({ findings }) => findings),
  }
}

/** What is expected below a span that is not there: nobody looked. */
const nothing = ({ below }: Shape, depth: number): Match => ({
  isMatch: below.length === 0,
  findings: below.flatMap(({ label, shape }) => [
    { depth, label, trouble: 'not looked for' },
    ...nothing(shape, depth + 1).findings,
  ]),
})
