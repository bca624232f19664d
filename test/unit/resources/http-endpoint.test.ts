import assert from 'node:assert/strict'
import { parseResources } from '../../../src/resources/index.ts'

async function parse(text: string) {
  const { resources, problems } = await parseResources([{ file: 'e.yaml', text }])
  return { endpoints: resources.httpEndpoints.map(({ resource }) => resource), problems }
}

const FULL = `
apiVersion: dapr.io/v1alpha1
kind: HTTPEndpoint
metadata: { name: api, namespace: shop }
spec:
  baseUrl: https://api.example.org:8443/v2
  headers:
  - { name: accept-language, value: en }
  - { name: retries, value: 3 }
  - { name: authorization, secretKeyRef: { name: api, key: token } }
  - { name: x-region, envRef: REGION }
  clientTLS:
    rootCA: { secretKeyRef: { name: tls, key: ca.crt } }
    certificate: { envRef: CERT }
    privateKey: { value: s3cret }
    renegotiation: RenegotiateNever
auth: { secretStore: vault }
scopes: [orders]
`

describe('an HTTPEndpoint [dapr: charts/dapr/crds/httpendpoints.yaml]', () => {
  test('is read whole, with the word that nothing acts on it yet', async () => {
    const { endpoints, problems } = await parse(FULL)
    assert.deepEqual(
      problems.map(({ code, severity }) => [code, severity]),
      [['KIND_NOT_BUILT', 'warning']],
    )
    const baseUrl = 'https://api.example.org:8443/v2'
    assert.deepEqual(endpoints, [{ name: 'api', namespace: 'shop', baseUrl, scopes: ['orders'] }])
  })

  test('tells every mistake, and no secret', async () => {
    const text = FULL.replace('https://api', 'ftp://me:s3cret@api')
      .replace('{ value: s3cret }', '{ value: 1, envRef: [s3cret] }')
      .replace('RenegotiateNever', 'always')
      .replace('name: retries', 'name: 7')
    const { endpoints, problems } = await parse(text)
    assert.deepEqual(endpoints, [])
    assert.deepEqual(problems.map(({ path }) => path).sort(), [
      'kind',
      'spec.baseUrl',
      'spec.clientTLS.privateKey.envRef',
      'spec.clientTLS.renegotiation',
      'spec.headers.1.name',
    ])
    assert.doesNotMatch(JSON.stringify(problems), /s3cret/)
  })
})
