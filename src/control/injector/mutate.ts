import { Buffer } from 'node:buffer'
import { Fault } from '../../base/fault.ts'
import { headerValue, type Reply, readBody, type Step } from '../../net/index.ts'
import type { InjectorExchange } from './exchange.ts'
import type { InjectorMeter } from './meter.ts'
import { plainText } from './replies.ts'
import type { Reviewed } from './review.ts'

export interface MutateParts {
  /** What a review's JSON is answered with. @throws Fault `REVIEW_MALFORMED` */
  readonly review: (body: unknown) => Reviewed
  readonly meter: Pick<InjectorMeter, 'requested' | 'reviewed'>
}

/** Answers a review. Statuses are Dapr's. [dapr: pkg/injector/service/handler.go] */
export const mutate = (
  { review, meter }: MutateParts,
  maxBodyBytes: number,
): Step<InjectorExchange> => ({
  name: 'mutate',
  enter({ request, route }) {
    if (route === 'unmatched') return plainText(404, 'Not Found')
    if (request.method !== 'POST') return plainText(405, 'Method Not Allowed', ['Allow', 'POST'])
    meter.requested()
    const type = headerValue(request.headers, 'content-type') ?? ''
    if (!/^application\/json\s*(;|$)/i.test(type))
      return plainText(415, 'invalid Content-Type, expect `application/json`')
    return readBody(request, maxBodyBytes).then((bytes): Reply => {
      if (bytes.length === 0) return plainText(400, 'empty body')
      const reviewed = review(parse(bytes))
      meter.reviewed(reviewed)
      return {
        status: 200,
        headers: ['Content-Type', 'application/json'],
        body: JSON.stringify(reviewed.answer),
      }
    })
  },
})

/** What the parser says would quote the pod. */
function parse(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString())
  } catch {
    throw new Fault('REVIEW_MALFORMED', 'the body is no JSON')
  }
}
