import { apiFault } from '../api-fault.ts'
import type { Reply } from '../message.ts'
import type { Step } from '../step.ts'
import type { Traced } from './trace.ts'

/**
 * Refuses `baggage` that is not baggage, before it is passed on, and a body that announces more than may be sent. One of unknown length is counted while it is read.
 * Too large heads never come this far: the server refuses them with 431.
 *
 * @throws Fault `ERR_BODY_TOO_LARGE`
 */
export const limit = <X extends Traced>(options: { readonly maxBodyBytes: number }): Step<X> => ({
  name: 'limit',
  enter(x) {
    if (x.incoming.baggageProblem !== undefined) return refuseBaggage(x.incoming.baggageProblem)
    const { contentLength } = x.request
    if (contentLength !== undefined && contentLength > options.maxBodyBytes)
      throw apiFault('ERR_BODY_TOO_LARGE', { limit: options.maxBodyBytes })
    return undefined
  },
})

/** daprd's answer, to the letter. */
const refuseBaggage = (problem: string): Reply => ({
  status: 400,
  headers: ['Content-Type', 'text/plain; charset=utf-8'],
  body: `invalid baggage header: ${problem}\n`,
})
