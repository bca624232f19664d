import type { Clock } from '../../base/clock.ts'
import { Fault } from '../../base/fault.ts'
import type { Logger } from '../../base/logger.ts'
import { type KubeClient, startServingCertificate } from '../../kube/index.ts'
import { createHttpServer, createProbeServer } from '../../net/index.ts'
import type { MetricsRegistry, Tracer } from '../../telemetry/index.ts'
import { keepCaBundle } from './ca-bundle.ts'
import { beginExchange } from './exchange.ts'
import { createInjectorMeter } from './meter.ts'
import { injectorPipeline } from './pipeline.ts'
import { type Reviewed, reviewPod } from './review.ts'
import { INJECTOR_SERVICE, type InjectorSettings } from './settings.ts'

export interface InjectorDeps {
  readonly client: KubeClient
  readonly clock: Clock
  /** From 0 to 1. */
  readonly random: () => number
  readonly log: Logger
  /** Made with `injectorCatalogue`. */
  readonly registry: MetricsRegistry
  readonly tracer: Tracer
}

/** A running injector. */
export interface Injector extends AsyncDisposable {
  /** Of the webhook. */
  readonly port: number
  readonly probePort: number
  /** Stops listening, lets running reviews finish for `graceMs`. */
  close(graceMs: number): Promise<void>
}

const MAX_HEADER_BYTES = 64 * 1024
const CUT_AT_ONCE_MS = 0

/**
 * Listens for probes, waits until it has a certificate, and then listens for reviews.
 * @throws Fault `ERR_PORT_IN_USE`, `ERR_LISTEN`
 */
export async function buildInjector(
  settings: InjectorSettings,
  deps: InjectorDeps,
): Promise<Injector> {
  const { log, clock } = deps
  const meter = createInjectorMeter(deps.registry)
  let whyNotReady = (): string | undefined => 'there is no certificate yet'
  const probes = createProbeServer({
    registry: deps.registry,
    whyNotReady: () => whyNotReady(),
    clock,
    onRefused: meter.refusedHead,
    log,
  })
  const probePort = await probes.listen(settings.probePort, settings.addresses)

  const { namespace, clusterDomain } = settings
  const certificate = await startServingCertificate({
    ...deps,
    service: { name: INJECTOR_SERVICE, namespace, clusterDomain },
  })
  const tellExpiry = (): void => meter.certificateExpires(certificate.expiresUs())
  tellExpiry()
  certificate.onRenewed(tellExpiry)

  function review(body: unknown): Reviewed {
    const reviewed = reviewPod(body, { ...settings.review, trustAnchors: certificate.bundle() })
    if (!reviewed.ok) throw new Fault('REVIEW_MALFORMED', reviewed.error)
    const { outcome, appId, findings } = reviewed.value
    const fields = { app_id: appId || undefined, namespace: reviewed.value.namespace }
    if (findings.length > 0) log.warning(`${outcome}: ${findings.join('; ')}`, fields)
    else if (outcome === 'passed') log.debug(outcome, fields)
    else log.info(outcome, fields)
    return reviewed.value
  }
  const server = createHttpServer({
    name: 'webhook',
    steps: injectorPipeline({ ...deps, meter, review }),
    begin: beginExchange,
    maxHeaderBytes: MAX_HEADER_BYTES,
    onRefused: meter.refusedHead,
    log,
    tls: certificate,
  })
  const parts: AsyncDisposable[] = [certificate]
  const close = async (graceMs: number): Promise<void> => {
    whyNotReady = () => 'it is stopping'
    await server.close(graceMs)
    for (const part of parts.reverse()) await part[Symbol.asyncDispose]()
    await probes.close(graceMs)
  }
  try {
    const port = await server.listen(settings.port, settings.addresses)
    const bundle = keepCaBundle({ ...deps, name: settings.webhook, certificate, meter })
    parts.push(bundle)
    whyNotReady = () => (bundle.isKept() ? undefined : 'the webhook has no trust bundle yet')
    return { port, probePort, close, [Symbol.asyncDispose]: () => close(CUT_AT_ONCE_MS) }
  } catch (error) {
    await close(CUT_AT_ONCE_MS)
    throw error
  }
}
