import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parse, parseAllDocuments } from 'yaml'
import { definitionOf } from '../support/definition-of.ts'
import { eventually } from '../support/eventually.ts'
import { AS_TABLE, type KubeClient, type KubeObject } from '../support/kube-client.ts'
import { realKube } from '../support/real-kube.ts'
import { CRDS } from '../tools/manifests.ts'
import { manifests, mistakes } from './kube-manifests.ts'

const SAMPLES = fileURLToPath(new URL('../../configurations/', import.meta.url))
const NAMESPACE = `sidelight-crds-${process.pid}`
const DEFINITIONS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions'

const objectsIn = (text: string): KubeObject[] =>
  parseAllDocuments(text)
    .map((document) => document.toJS())
    .filter((value) => value !== null)

const samples = readdirSync(SAMPLES, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.yaml'))
  .flatMap((file) => objectsIn(readFileSync(join(SAMPLES, file), 'utf8')))

const collectionOf = ({ apiVersion, kind }: Pick<KubeObject, 'apiVersion' | 'kind'>): string =>
  `/apis/${apiVersion}/namespaces/${NAMESPACE}/${definitionOf(kind).spec.names.plural}`
const pathOf = (object: KubeObject): string => `${collectionOf(object)}/${object.metadata.name}`
const titleOf = ({ kind, metadata }: KubeObject): string => `${kind} ${metadata.name}`

/** Without what the API server adds to every object. */
function ownFields({ metadata, ...rest }: KubeObject): object {
  const { name, labels, annotations } = metadata
  return JSON.parse(JSON.stringify({ ...rest, metadata: { name, labels, annotations } }))
}

describe('the custom resource definitions on a real API server', function () {
  this.timeout(60_000)
  let client: KubeClient
  const made: string[] = []

  const applied = async (path: string, object: object, query?: string): Promise<KubeObject> => {
    const { status, body } = await client.apply(path, object, query)
    assert.ok(status === 200 || status === 201, `${path}: ${status} ${body.message}`)
    if (status === 201) made.push(path)
    return body as unknown as KubeObject
  }
  const get = async (path: string, accept?: string): Promise<KubeObject> => {
    const { status, body } = await client.get(path, accept)
    assert.equal(status, 200, `${path}: ${body.message}`)
    return body as unknown as KubeObject
  }

  before(async function () {
    client = (await realKube(this)).client
    const files = readdirSync(CRDS).filter((file) => file !== 'kustomization.yaml')
    for (const file of files) {
      const definition = parse(readFileSync(join(CRDS, file), 'utf8')) as KubeObject
      // Not forced: a cluster where Dapr is installed keeps its own, and the tests fail.
      await applied(`${DEFINITIONS}/${definition.metadata.name}`, definition)
    }
    const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } }
    await applied(`/api/v1/namespaces/${NAMESPACE}`, namespace)
    await eventually(async () => {
      const { items } = (await get(DEFINITIONS)) as unknown as { items: { status: Established }[] }
      return items.every(({ status }) =>
        status.conditions?.some(({ type, status }) => type === 'Established' && status === 'True'),
      )
    })
    // Discovery comes after the condition.
    for (const object of objectsIn(manifests))
      await eventually(async () => (await client.get(collectionOf(object))).status === 200)
  })

  after(async () => {
    for (const path of made.reverse()) await client.delete(path)
  })

  interface Established {
    readonly conditions?: readonly { readonly type: string; readonly status: string }[]
  }

  for (const kind of ['Component', 'Configuration', 'HTTPEndpoint', 'Resiliency', 'Subscription'])
    test(`are established and structural: ${kind}`, async () => {
      const { metadata } = definitionOf(kind)
      const { status } = await get(`${DEFINITIONS}/${metadata.name}`)
      const holding = (status as Established).conditions
        ?.filter((each) => each.status === 'True')
        .map(({ type }) => type)
      assert.deepEqual(holding?.sort(), ['Established', 'NamesAccepted'])
    })

  for (const object of [...samples, ...objectsIn(manifests)])
    test(`keep every field of ${titleOf(object)}`, async () => {
      await applied(pathOf(object), object)
      assert.deepEqual(ownFields(await get(pathOf(object))), ownFields(object))
    })

  for (const object of objectsIn(manifests).filter(({ kind }) => kind === 'Subscription'))
    test(`lose nothing of ${titleOf(object)} from version to version`, async () => {
      await applied(pathOf(object), object)
      for (const apiVersion of ['dapr.io/v1alpha1', 'dapr.io/v2alpha1']) {
        const seen = await get(pathOf({ ...object, apiVersion }))
        assert.deepEqual(ownFields(seen), ownFields({ ...object, apiVersion }))
        // Written back as it was read, as `kubectl edit` does.
        await applied(pathOf(seen), { ...ownFields(seen) }, '&force=true')
      }
      assert.deepEqual(ownFields(await get(pathOf(object))), ownFields(object))
    })

  for (const object of objectsIn(mistakes))
    test(`admit what is wrong in fields of Dapr: ${titleOf(object)}`, async () => {
      await applied(pathOf(object), object)
      assert.deepEqual(ownFields(await get(pathOf(object))), ownFields(object))
    })

  test('fill nothing in [dapr: metric has a default of enabled: true]', async () => {
    const object = configuration('bare', {})
    await applied(pathOf(object), object)
    assert.deepEqual(ownFields(await get(pathOf(object))), ownFields(object))
  })

  const rule = (fields: object) => ({ rules: [{ name: 'a', ...fields }] })
  for (const [sampling, path, cure] of [
    [rule({ rate: '50%' }), 'rules[0].rate', 'a number from "0" to "1"'],
    [rule({ rate: '1.5' }), 'rules[0].rate', 'a number from "0" to "1"'],
    [rule({ rate: '-0.1' }), 'rules[0].rate', 'a number from "0" to "1"'],
    [rule({ rate: 1 }), 'rules[0].rate', 'string'],
    [rule({ rate: 'NaN' }), 'rules[0].rate', 'a number from "0" to "1"'],
    [{ parent: 'maybe' }, 'parent', '"follow", "raise", "ignore"'],
    [{ rules: [{ rate: '1' }] }, 'rules[0].name', 'Required'],
    [{ rules: [{ name: 'a b' }] }, 'rules[0].name', 'match'],
    [{ rules: [{ name: 'keep' }] }, 'rules[0].name', 'take another name'],
    [{ rules: Array(101).fill({ name: 'a' }) }, 'rules', 'at most 100 items'],
    [rule({ match: { target: '' } }), 'rules[0].match.target', 'at least 1'],
    [rule({ perSecond: 0 }), 'rules[0].perSecond', 'greater than 0'],
    [{ overrides: [{ name: 'a' }] }, 'overrides[0].until', 'Required'],
    [{ overrides: [{ name: 'a', until: 'tomorrow' }] }, 'overrides[0].until', 'date-time'],
    [{ limit: { perSecond: 1e7 } }, 'limit.perSecond', '1000000'],
    [{ floor: {} }, 'floor.perOperationPerMinute', 'Required'],
    [{ keep: { errorsFrom: 399 } }, 'keep.errorsFrom', '400'],
    [{ keep: { errors: 'yes' } }, 'keep.errors', 'boolean'],
    [{ keep: { slowerThan: 'soon' } }, 'keep.slowerThan', 'duration'],
    [{ keep: { hold: '2m' } }, 'keep.hold', 'from 100ms to 60s'],
    [{ keep: { maxBytes: '1Ki' } }, 'keep.maxBytes', 'from 64Ki to 1Gi'],
    [{ keep: { maxBytes: 'much' } }, 'keep.maxBytes', 'from 64Ki to 1Gi'],
    [{ force: { header: 'cookie' } }, 'force.header', 'match'],
    [rule({ match: { header: 'a b' } }), 'rules[0].match.header', 'match'],
  ] as const)
    test(`refuse in sampling what is wrong, with its path: ${JSON.stringify(sampling).slice(0, 60)}`, async () => {
      const object = configuration('refused', { tracing: { sampling } })
      const { status, body } = await client.post(collectionOf(object), object, 'dryRun=All')
      assert.equal(status, 422)
      const message = body.message ?? ''
      assert.ok(message.includes(`spec.tracing.sampling.${path}: `), message)
      assert.ok(message.includes(cure), message)
    })

  test('admit in sampling what is right, to its edges', async () => {
    const object = configuration('edges', {
      tracing: {
        sampling: {
          parent: 'raise',
          overrides: [{ name: 'loud', rate: '1.0', until: '2036-01-01T00:00:00.5+02:00' }],
          rules: [
            ...['0', '1', '.5', '1.', '5e-1', '+0.25'].map((rate, i) => ({ name: `r${i}`, rate })),
            ...Array.from({ length: 94 }, (_, i) => ({
              name: `n${i}`.padEnd(63, 'x'),
              match: { path: '*'.repeat(512), header: 'x-a' },
              perSecond: 0.5,
            })),
          ],
          keep: { slowerThan: '1ms', hold: '1m0s', maxBytes: '1Gi', errorsFrom: 599 },
          force: { header: 'X-Sidelight-Trace', perMinute: 1e6 },
        },
      },
    })
    await applied(pathOf(object), object)
    assert.deepEqual(ownFields(await get(pathOf(object))), ownFields(object))
  })

  test('keep the status apart from the spec', async () => {
    const object = configuration('apart', { tracing: { samplingRate: '0.1' } })
    const status = statusOf('12/12')
    await applied(pathOf(object), { ...object, status })
    assert.equal((await get(pathOf(object))).status, undefined)
    const other = configuration('apart', { tracing: { samplingRate: '1' } })
    await applied(`${pathOf(object)}/status`, { ...other, status }, '&force=true')
    assert.deepEqual(ownFields(await get(pathOf(object))), ownFields({ ...object, status }))
  })

  test('show in kubectl how far a Configuration has come', async () => {
    const object = configuration('shown', { tracing: { samplingRate: '0.1' } })
    await applied(pathOf(object), object)
    await applied(`${pathOf(object)}/status`, { ...object, status: statusOf('12/12') })
    const table = await get(pathOf(object), AS_TABLE)
    const { columnDefinitions, rows } = table as unknown as {
      columnDefinitions: { name: string }[]
      rows: { cells: string[] }[]
    }
    assert.deepEqual(
      columnDefinitions.map(({ name }) => name),
      ['Name', 'Rate', 'Applied', 'Accepted', 'Age'],
    )
    assert.deepEqual(rows[0]?.cells.slice(0, 4), ['shown', '0.1', '12/12', 'True'])
  })

  const OTHERS = {
    Component: ['Name', 'Type'],
    HTTPEndpoint: ['Name'],
    Resiliency: ['Name'],
    Subscription: ['Name', 'Pubsub', 'Topic'],
  }
  for (const [kind, columns] of Object.entries(OTHERS))
    test(`show in kubectl what became of each ${kind}`, async () => {
      const list = collectionOf({ apiVersion: 'dapr.io/v1alpha1', kind })
      const table = (await get(list, AS_TABLE)) as unknown as {
        columnDefinitions: { name: string }[]
      }
      assert.deepEqual(
        table.columnDefinitions.map(({ name }) => name),
        [...columns, 'Applied', 'Accepted', 'Age'],
      )
    })
})

const configuration = (name: string, spec: object): KubeObject => ({
  apiVersion: 'dapr.io/v1alpha1',
  kind: 'Configuration',
  metadata: { name },
  spec,
})

const statusOf = (appliedSummary: string) => ({
  observedGeneration: 1,
  appliedSummary,
  sidecars: { total: 12, applied: 12, failed: { count: 0, names: [] } },
  conditions: [
    {
      type: 'Accepted',
      status: 'True',
      observedGeneration: 1,
      lastTransitionTime: '2026-01-01T00:00:00Z',
      reason: 'Valid',
      message: '',
    },
  ],
})
