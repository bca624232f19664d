import { Readable } from 'node:stream'
import type { Reply, Request, Router, Step } from '../../net/index.ts'
import { attributes } from '../../telemetry/index.ts'
import type { Route, SidecarExchange } from '../exchange.ts'
import type { Pipeline } from '../middleware/pipeline.ts'
import { firstName } from '../telemetry/span-description.ts'
import { identify } from './identify.ts'

/**
 * The handlers of the Configuration's `httpPipeline`. What they make of a request is identified anew: its span and
 * its labels are those of what is served. Whether it is sampled was decided by what came in.
 */
export function extend(
  pipeline: Pipeline,
  router: Router<Route>,
  isOpen: (route: Route) => boolean,
): Step<SidecarExchange> {
  const again = identify(router, isOpen)
  const run = async (x: SidecarExchange): Promise<Reply | undefined> => {
    const outcome = await pipeline.run(x.request)
    if ('reply' in outcome) {
      x.span?.set(attributes.middleware, outcome.handler)
      return outcome.reply
    }
    if (!outcome.isChanged) return undefined
    const { target, body } = outcome.request
    const isElsewhere = target !== x.request.target
    x.request = {
      ...x.request,
      ...outcome.request,
      ...partsOf(target),
      body: body instanceof Uint8Array ? Readable.from([body]) : body,
    }
    if (!isElsewhere) return undefined
    x.route = undefined
    x.params = {}
    x.target = undefined
    again.enter?.(x)
    if (x.span !== undefined) x.span.name = firstName(x)
    return undefined
  }
  return {
    name: 'extend',
    // Most Configurations have none, and no request waits for nothing.
    enter: (x) => (pipeline.isEmpty() ? undefined : run(x)),
  }
}

function partsOf(target: string): Pick<Request, 'path' | 'query'> {
  const mark = target.indexOf('?')
  return mark === -1
    ? { path: target, query: '' }
    : { path: target.slice(0, mark), query: target.slice(mark + 1) }
}
