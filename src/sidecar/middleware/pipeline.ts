import { messageOf } from '../../base/fault.ts'
import type { Logger } from '../../base/logger.ts'
import type { HandledRequest, HandlerOutcome } from '../../components/middleware/index.ts'
import { apiFault, type Reply } from '../../net/index.ts'
import type { Configuration } from '../../resources/index.ts'
import { type MetricsRegistry, middlewareMetrics } from '../../telemetry/index.ts'
import type { ComponentHost } from '../components/component-host.ts'

type PipelineName = 'httpPipeline' | 'appHttpPipeline'

/** What came of a request: who answered it, or how it goes on. */
export type PipelineOutcome =
  | { readonly reply: Reply; readonly handler: string }
  | { readonly request: HandledRequest; readonly isChanged: boolean }

/** The handlers of one pipeline, as the Configuration in force and the components that run have them. */
export interface Pipeline {
  /** Then nothing need be asked. */
  isEmpty(): boolean
  /**
   * Asks the handlers in their order.
   * @throws Fault `ERR_MIDDLEWARE` when one of them does not run or fails: nothing passes it by
   */
  run(request: HandledRequest): Promise<PipelineOutcome>
}

export interface PipelineParts {
  readonly host: Pick<ComponentHost, 'find'>
  readonly configuration: () => Configuration
  readonly registry: MetricsRegistry
  readonly log: Logger
}

export function createPipeline(name: PipelineName, parts: PipelineParts): Pipeline {
  const { host, configuration, registry, log } = parts
  const counter = registry.counter(middlewareMetrics.requests)
  const complaints = new Set<string>()
  const handlersOf = () => configuration()[name]?.handlers ?? []

  const ask = async (
    handler: { readonly name: string; readonly type: string },
    request: HandledRequest,
  ): Promise<HandlerOutcome> => {
    const hosted = host.find('middleware', handler.name)
    const isOther =
      hosted !== undefined && hosted.component.type !== handler.type.trim().toLowerCase()
    if (hosted === undefined || isOther)
      throw refusal(
        handler.name,
        isOther
          ? `its component is of another type than ${handler.type}`
          : 'no component of this name runs',
      )
    try {
      return await hosted.block.handle(request)
    } catch (error) {
      throw refusal(handler.name, messageOf(error), error)
    }
  }
  const refusal = (handler: string, reason: string, cause?: unknown) => {
    const complaint = `the handler ${handler} of ${name} refuses requests: ${reason}`
    if (!complaints.has(complaint)) log.error(complaint)
    complaints.add(complaint)
    return apiFault('ERR_MIDDLEWARE', { name: handler, pipeline: name, reason }, cause)
  }
  const count = (handler: string, outcome: string): void =>
    counter.with({ pipeline: name, handler, outcome }).inc()

  return {
    isEmpty: () => handlersOf().length === 0,
    async run(request) {
      let current = request
      for (const handler of handlersOf()) {
        let outcome: HandlerOutcome
        try {
          outcome = await ask(handler, current)
        } catch (error) {
          count(handler.name, 'failed')
          throw error
        }
        if (outcome === undefined) count(handler.name, 'passed')
        else if ('reply' in outcome) {
          count(handler.name, 'refused')
          return { reply: outcome.reply, handler: handler.name }
        } else {
          count(handler.name, 'changed')
          current = outcome.request
        }
      }
      return { request: current, isChanged: current !== request }
    },
  }
}

/** Of a port that the Configuration's handlers do not stand before. */
export const NO_PIPELINE: Pipeline = {
  isEmpty: () => true,
  run: async (request) => ({ request, isChanged: false }),
}
