/** What became of a delivery. `retry`: the broker is asked to deliver again. */
export type DeliveryOutcome = 'success' | 'retry' | 'drop' | 'dead_letter'

/** What an app wants to hear. */
export interface Subscription {
  readonly pubsubName: string
  readonly topic: string
  /** Where the app takes the messages. */
  readonly path: string
  readonly deadLetterTopic: string | undefined
  readonly metadata: Readonly<Record<string, string>>
}

export interface ReadSubscriptions {
  readonly subscriptions: readonly Subscription[]
  /** What is left out, and why: one sentence each. */
  readonly complaints: readonly string[]
}

/**
 * The app's answer to `GET /dapr/subscribe`. Names of fields are matched in any case.
 *
 * @see dapr `pkg/runtime/pubsub/subscriptions.go`
 */
export function readProgrammaticSubscriptions(text: string): ReadSubscriptions {
  let value: unknown
  try {
    value = JSON.parse(text === '' ? '[]' : text)
  } catch {
    return { subscriptions: [], complaints: ['the answer is no JSON'] }
  }
  if (!Array.isArray(value)) return { subscriptions: [], complaints: ['the answer is no array'] }
  const subscriptions: Subscription[] = []
  const complaints: string[] = []
  for (const [i, raw] of value.entries()) {
    const read = readOne(raw)
    if (typeof read === 'string') complaints.push(`subscription ${i + 1}: ${read}`)
    else {
      subscriptions.push(read.subscription)
      if (read.complaint !== undefined) complaints.push(`subscription ${i + 1}: ${read.complaint}`)
    }
  }
  return { subscriptions, complaints }
}

type Fields = Readonly<Record<string, unknown>>

function readOne(
  raw: unknown,
): { subscription: Subscription; complaint: string | undefined } | string {
  const fields = fieldsOf(raw)
  const { pubsubname: pubsubName, topic } = fields
  if (typeof pubsubName !== 'string' || pubsubName === '') return 'pubsubname is missing'
  if (typeof topic !== 'string' || topic === '') return 'topic is missing'
  const routes = fieldsOf(fields.routes)
  const rules = Array.isArray(routes.rules) ? routes.rules.map(fieldsOf) : []
  // A rule without a condition takes everything, as the default does.
  const open = rules.find(({ match }) => match === undefined || match === '')
  const path = [open?.path, routes.default, fields.route].find(
    (each): each is string => typeof each === 'string' && each !== '',
  )
  if (path === undefined) return 'it has no route'
  const conditions = rules.length - (open === undefined ? 0 : 1)
  return {
    subscription: {
      pubsubName,
      topic,
      path: path.startsWith('/') ? path : `/${path}`,
      deadLetterTopic: textOf(fields.deadlettertopic),
      metadata: Object.fromEntries(
        Object.entries(fieldsOfAnyCase(fields.metadata)).map(([name, item]) => [
          name,
          String(item),
        ]),
      ),
    },
    complaint:
      conditions === 0
        ? undefined
        : `routing rules with a match are not built yet: all messages go to ${path}`,
  }
}

const textOf = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined

const fieldsOfAnyCase = (value: unknown): Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {}

const fieldsOf = (value: unknown): Fields =>
  Object.fromEntries(
    Object.entries(fieldsOfAnyCase(value)).map(([name, item]) => [name.toLowerCase(), item]),
  )
