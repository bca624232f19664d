/**
 * Traffic of a small shop, the same for every receiver: traces of 8 to 12 spans over 5 services and
 * 20 names, 8 tags a span, about 566 bytes of JSON each; a POST carries spans of one service.
 */
export interface Traffic {
  readonly spansPerCycle: number
  /** The POST bodies of one cycle, with new trace ids and later times in each. */
  cycle(index: number): Iterable<SpanBatch>
  /** A trace id of that cycle. */
  traceId(cycle: number, trace: number): string
  readonly tracesPerCycle: number
  readonly services: readonly string[]
  /** A `user.id` that few traces have. */
  readonly rareUser: string
}

export interface SpanBatch {
  readonly body: Buffer
  readonly spans: number
}

const SERVICES = ['frontend', 'orders', 'payments', 'inventory', 'notifications'] as const
const METHODS = { get: 'GET', list: 'GET', create: 'POST', update: 'PUT' } as const
const VERBS = Object.keys(METHODS) as (keyof typeof METHODS)[]
const REGIONS = ['eu-west-1', 'us-east-1', 'ap-south-1'] as const
const ERROR_SHARE = 0.03

interface Draft {
  readonly service: number
  readonly traceTail: string
  readonly startUs: number
  /** Everything before the trace id's changing half, between it and the time, and after the time. */
  readonly head: string
  readonly middle: string
  readonly tail: string
}

interface Owner {
  readonly service: number
  readonly id: string
  readonly relUs: number
  readonly durationUs: number
}

export interface TrafficSettings {
  readonly traces: number
  /** Epoch µs of the first cycle's first trace. */
  readonly startUs: number
  /** How much time one cycle covers. */
  readonly cycleUs: number
  readonly batch?: number
}

export function createTraffic(settings: TrafficSettings): Traffic {
  const { traces, startUs, cycleUs, batch = 100 } = settings
  const random = createRandom(1)
  const int = (below: number): number => Math.floor(random() * below)
  const pick = <T>(from: readonly T[]): T => from[int(from.length)] as T
  const hex = (digits: number): string =>
    Array.from({ length: digits }, () => int(16).toString(16)).join('')

  const queues: Draft[][] = SERVICES.map(() => [])
  const tails: string[] = []
  let rareUser = ''
  let spans = 0

  for (let trace = 0; trace < traces; trace++) {
    const traceTail = hex(16)
    tails.push(traceTail)
    const user = `u-${int(100_000)}`
    if (trace === traces >> 1) rareUser = user
    const region = pick(REGIONS)
    const failing = random() < ERROR_SHARE
    const originUs = Math.floor((cycleUs * trace) / traces)

    const add = (span: {
      kind: 'CLIENT' | 'SERVER'
      service: number
      remote: number
      verb: keyof typeof METHODS
      parent?: string
      relUs: number
      durationUs: number
      failed: boolean
    }): Owner => {
      const { kind, service, remote, verb, parent, relUs, durationUs, failed } = span
      const id = hex(16)
      const target = SERVICES[kind === 'CLIENT' ? remote : service] ?? ''
      const name = `${verb} /${target}${verb === 'list' ? 's' : '/{id}'}`
      const status = failed ? '500' : random() < 0.02 ? '404' : '200'
      const endpoint = (index: number): string =>
        `{"serviceName":"${SERVICES[index]}","ipv4":"10.4.${index}.${1 + int(6)}","port":8080}`
      const tags = {
        'cloud.region': region,
        component: 'sidecar',
        'http.method': METHODS[verb],
        'http.path': `/api/${target}/${int(5000)}`,
        'http.status_code': status,
        'instance.id': `${SERVICES[service]}-7f9c6d-${int(6)}`,
        'net.peer.name': `${SERVICES[remote]}.shop.svc`,
        'user.id': user,
        ...(failed ? { error: 'upstream connect error' } : {}),
      }
      queues[service]?.push({
        service,
        traceTail,
        startUs: originUs + Math.floor(relUs),
        head: '{"traceId":"',
        middle: `"${parent === undefined ? '' : `,"parentId":"${parent}"`},"id":"${id}","kind":"${kind}","name":"${name}","timestamp":`,
        tail: `,"duration":${Math.max(1, Math.floor(durationUs))},"localEndpoint":${endpoint(service)},"remoteEndpoint":${endpoint(remote)},"tags":${JSON.stringify(tags)}}`,
      })
      spans++
      return { service, id, relUs, durationUs }
    }

    const durationUs = Math.exp(9 + random() * 3.2)
    const root = { kind: 'SERVER', service: 0, remote: 4, relUs: 0, durationUs } as const
    const owners = [add({ ...root, verb: pick(VERBS), failed: failing })]
    for (let count = 1, wanted = 8 + int(5); count + 1 < wanted; count += 2) {
      const caller = pick(owners)
      const drawn = int(SERVICES.length)
      const callee = drawn === caller.service ? (drawn + 1) % SERVICES.length : drawn
      const call = {
        verb: pick(VERBS),
        failed: failing && random() < 0.3,
        relUs: caller.relUs + caller.durationUs * random() * 0.3,
        durationUs: Math.max(50, caller.durationUs * (0.2 + random() * 0.5)),
      }
      const client = add({
        ...call,
        kind: 'CLIENT',
        service: caller.service,
        remote: callee,
        parent: caller.id,
      })
      owners.push(
        add({
          ...call,
          kind: 'SERVER',
          service: callee,
          remote: caller.service,
          parent: client.id,
          relUs: call.relUs + 200,
          durationUs: Math.max(20, call.durationUs - 400),
        }),
      )
    }
  }

  const batches = queues.flatMap((queue) =>
    Array.from({ length: Math.ceil(queue.length / batch) }, (_, i) =>
      queue.slice(i * batch, (i + 1) * batch),
    ),
  )
  // Interleaved, so that services report side by side as they do in life.
  const order = batches
    .map((spansOfOne) => ({ spansOfOne, at: spansOfOne[0]?.startUs ?? 0 }))
    .sort((a, b) => a.at - b.at)
  // Both halves differ from cycle to cycle: stores group by either.
  const idOf = (cycle: number, tail: string): string => {
    const mark = Math.imul(cycle + 1, 2_654_435_761) >>> 0
    const low = (Number.parseInt(tail.slice(8), 16) ^ mark) >>> 0
    return hex8(mark).padEnd(16, '5') + tail.slice(0, 8) + hex8(low)
  }

  return {
    spansPerCycle: spans,
    tracesPerCycle: traces,
    services: SERVICES,
    rareUser,
    traceId: (cycle, trace) => idOf(cycle, tails[trace] ?? ''),
    *cycle(index) {
      const base = startUs + index * cycleUs
      for (const { spansOfOne } of order) {
        const texts = spansOfOne.map(
          ({ head, traceTail, middle, startUs: at, tail }) =>
            head + idOf(index, traceTail) + middle + (base + at) + tail,
        )
        yield { body: Buffer.from(`[${texts.join(',')}]`), spans: spansOfOne.length }
      }
    },
  }
}

const hex8 = (value: number): string => value.toString(16).padStart(8, '0')

/** mulberry32: the same data in every run. */
function createRandom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}
