import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { startBlockSidecar } from '../support/block-sidecar.ts'
import { assertGolden } from '../support/golden.ts'
import { requirePartner } from '../support/partners.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'
import { startTestApp } from '../support/test-app.ts'
import { send } from '../support/test-sidecars.ts'

/** One of each block, called as the document's examples call them. */
const COMPONENTS = [
  component('statestore', 'state.in-memory'),
  component('pubsub', 'pubsub.in-memory'),
  component('secretstore', 'secretstores.local.env'),
  component('configstore', 'configuration.in-memory', { items: '{"limit":"10"}' }),
  component('lockstore', 'lock.in-memory'),
  component('files', 'bindings.localstorage', { rootPath: '{directory}' }),
  component('echo', 'conversation.echo'),
]

function component(
  name: string,
  type: string,
  metadata: Readonly<Record<string, string>> = {},
): string {
  return JSON.stringify({
    apiVersion: 'dapr.io/v1alpha1',
    kind: 'Component',
    metadata: { name },
    spec: {
      type,
      metadata: Object.entries(metadata).map(([setting, value]) => ({ name: setting, value })),
    },
  })
}

interface Operation {
  readonly operationId: string
  readonly parameters?: readonly {
    readonly name: string
    readonly in: string
    readonly example?: string
  }[]
  readonly requestBody?: {
    readonly content: Readonly<Record<string, { readonly example: unknown }>>
  }
  readonly responses: Readonly<Record<string, unknown>>
}
interface OpenApi {
  readonly openapi: string
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
}

async function open() {
  const app = await startTestApp()
  const directory = await temporaryDirectory()
  const texts = COMPONENTS.map((text) => text.replace('{directory}', directory.path))
  const block = await startBlockSidecar(
    Object.fromEntries(texts.map((text, i) => [`${i}.yaml`, text])),
    { appPort: app.port },
  )
  const answer = await send(block.sidecar.port, 'GET', '/v1.0/openapi.json')
  return {
    ...block,
    document: JSON.parse(answer.body.toString()) as OpenApi,
    async [Symbol.asyncDispose]() {
      await block[Symbol.asyncDispose]()
      await app[Symbol.asyncDispose]()
      await directory[Symbol.asyncDispose]()
    },
  }
}

/** Stops the sidecar. */
const FATAL = 'shutdown.post.post'
/** Answers until whoever asked goes: test/e2e/tap.test.ts. */
const ENDLESS = 'tap.get.get'

describe('GET /v1.0/openapi.json [openapi: 3.1.1]', () => {
  test('is the document that is committed', async () => {
    await using opened = await open()
    assert.equal(opened.document.openapi, '3.1.0')
    await assertGolden('openapi.json', `${JSON.stringify(opened.document, null, 2)}\n`)
  })

  test('has examples to each of which the sidecar answers as it says', async () => {
    await using opened = await open()
    const { document, sidecar } = opened
    let calls = 0
    for (const [template, item] of Object.entries(document.paths))
      for (const [method, operation] of Object.entries(item)) {
        if ([FATAL, ENDLESS].includes(operation.operationId)) continue
        const path = template.replace(/\{(\w+)\}/g, (_, name: string) => {
          const example = operation.parameters?.find((each) => each.name === name)?.example
          assert.ok(example !== undefined, `${template}: no example of ${name}`)
          return example
        })
        const [type = '', body] = Object.entries(operation.requestBody?.content ?? {})[0] ?? []
        const text =
          typeof body?.example === 'string' ? body.example : JSON.stringify(body?.example)
        const headers = type === '' ? [] : [`Content-Type: ${type}`]
        const { status } = await send(sidecar.port, method.toUpperCase(), path, headers, text ?? '')
        const documented = operation.responses[status] ?? operation.responses.default
        assert.ok(documented, `${operation.operationId}: ${status} is not among its answers`)
        assert.notEqual(status, operation.operationId.startsWith('invoke') ? 0 : 404, template)
        calls++
      }
    assert.ok(calls > 20, `${calls} calls`)
  })

  test('is what schemathesis finds, whatever it sends', async function () {
    this.timeout(120_000)
    const schemathesis = requirePartner(this, 'schemathesis')
    await using directory = await temporaryDirectory()
    await using opened = await open()
    const { document, sidecar } = opened
    await writeFile(directory.file('openapi.json'), JSON.stringify(document))
    const args = [
      ...['run', directory.file('openapi.json'), `--url=${sidecar.url}`],
      // Any status may come of an invocation, and 500 is Dapr's answer to much that a caller does wrong.
      ...['--exclude-tag=invoke', '--exclude-tag=shutdown', `--exclude-operation-id=${ENDLESS}`],
      `--checks=status_code_conformance,content_type_conformance,response_schema_conformance`,
      ...['--phases=examples,coverage,fuzzing', '--max-examples=20', '--seed=7', '--workers=1'],
      ...['--no-color', '--suppress-health-check=all', '--warnings=off'],
    ]
    const { stdout } = await promisify(execFile)(schemathesis, args, {
      cwd: directory.path,
      maxBuffer: 2 ** 24,
    }).catch((error) => {
      throw new Error(`${error.stdout}${error.stderr}`)
    })
    assert.match(stdout, /No issues found|passed/)
    assert.ok((await opened.call('GET', '/v1.0/healthz')).status === 204)
  })
})
