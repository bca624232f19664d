import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import type { ZipkinSpan } from '../../src/wire/zipkin-span.ts'
import { type ChildProgram, startProgram } from '../support/child-program.ts'
import { eventually } from '../support/eventually.ts'
import { freePorts } from '../support/free-ports.ts'
import { requirePartner } from '../support/partners.ts'
import { type SpanReceiver, startSpanReceiver } from '../support/span-receiver.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'

const FOLDER = fileURLToPath(new URL('../../k8s/components/otel-collector/', import.meta.url))
const TRACES = 60
const SPANS = 3
const NOW_US = 1_700_000_000_000_000
const PATIENCE = { deadlineMs: 30_000 }

/** Of each ten, the first fails and the second is slow. */
const kindOf = (trace: number): string => ['error', 'slow'][trace % 10] ?? 'plain'
const idOf = (trace: number): string => `abcdef${(trace + 1).toString(16).padStart(26, '0')}`

const spanOf = (trace: number, i: number): ZipkinSpan => ({
  traceId: idOf(trace),
  id: (trace * SPANS + i + 1).toString(16).padStart(16, '0'),
  ...(i > 0 && { parentId: (trace * SPANS + 1).toString(16).padStart(16, '0') }),
  name: 'get /',
  kind: 'SERVER',
  timestamp: NOW_US + i,
  duration: kindOf(trace) === 'slow' && i === 0 ? 2_000_000 : 1_000,
  localEndpoint: { serviceName: `service-${i}` },
  ...(kindOf(trace) === 'error' && i === SPANS - 1 && { tags: { error: 'broken' } }),
})

/** The files of `k8s/components/otel-collector`, with addresses of this machine. */
describe('the two layers of collectors in the manifests [otel/opentelemetry-collector-contrib]', function () {
  this.timeout(120_000)

  test('keep whole each trace that failed or was slow, whichever way its spans came', async function () {
    const binary = requirePartner(this, 'otelcol')
    await using directory = await temporaryDirectory('sidelight-collectors-')
    await using receiver = await startSpanReceiver()
    const [first = 0, second = 0, zipkin = 0, grpc = 0, http = 0, ...health] = await freePorts(8)
    const programs: ChildProgram[] = []
    const start = async (name: string, healthPort: number, changes: object): Promise<void> => {
      const file = directory.file(`${name}-${healthPort}.yaml`)
      const extensions = { health_check: { endpoint: `127.0.0.1:${healthPort}` } }
      const service = { telemetry: { metrics: { level: 'none' } } }
      // JSON is YAML.
      await writeFile(file, JSON.stringify({ ...changes, extensions, service }))
      const args = [`--config=${FOLDER}${name}.yaml`, `--config=${file}`]
      const validated = await startProgram(binary, ['validate', ...args])
      assert.equal((await validated.exit).code, 0, validated.output)
      const program = await startProgram(binary, args)
      programs.push(program)
      await eventually(async () => {
        assert.equal(program.exited, undefined, program.output)
        return (await fetch(`http://127.0.0.1:${healthPort}/`)).ok
      }, PATIENCE)
    }
    const otlp = (port: number) => ({ endpoint: `127.0.0.1:${port}` })
    try {
      for (const [i, port] of [first, second].entries())
        await start('sampler', health[i] ?? 0, {
          receivers: { otlp: { protocols: { grpc: otlp(port) } } },
          processors: { tail_sampling: { decision_wait: '2s' } },
          exporters: { zipkin: { endpoint: receiver.url } },
        })
      await start('balancer', health[2] ?? 0, {
        receivers: {
          otlp: { protocols: { grpc: otlp(grpc), http: otlp(http) } },
          zipkin: { endpoint: `127.0.0.1:${zipkin}` },
        },
        exporters: {
          loadbalancing: {
            resolver: {
              dns: null,
              static: { hostnames: [first, second].map((p) => `127.0.0.1:${p}`) },
            },
          },
        },
      })
      // As from so many sidecars: the spans of one trace come one by one.
      for (let i = 0; i < SPANS; i++) {
        const spans = Array.from({ length: TRACES }, (_, trace) => spanOf(trace, i))
        const { status } = await fetch(`http://127.0.0.1:${zipkin}/api/v2/spans`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(spans),
        })
        assert.equal(status, 202)
      }
      const worth = Array.from({ length: TRACES }, (_, trace) => trace).filter(
        (trace) => kindOf(trace) !== 'plain',
      )
      await receiver.waitFor(
        () => worth.every((trace) => countOf(receiver, trace) === SPANS),
        PATIENCE,
      )
      const counts = Array.from({ length: TRACES }, (_, trace) => countOf(receiver, trace))
      assert.deepEqual(
        counts.filter((count) => count !== 0 && count !== SPANS),
        [],
        'a trace came in part',
      )
      assert.ok(counts.includes(0), 'nothing was left out')
    } finally {
      for (const program of programs) await program.stop()
    }
  })
})

const countOf = ({ spans }: SpanReceiver, trace: number): number =>
  spans.filter(({ traceId }) => traceId === idOf(trace)).length
