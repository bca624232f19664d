import assert from 'node:assert/strict'
import { rm, writeFile } from 'node:fs/promises'
import { createLogger, formatLogfmt } from '../../../../src/base/logger.ts'
import { openSecretStore } from '../../../support/open-secret-store.ts'
import { temporaryDirectory } from '../../../support/temporary-directory.ts'

const recorder = (lines: string[]) =>
  createLogger({
    level: 'debug',
    format: formatLogfmt,
    fields: {},
    write: (line) => lines.push(line),
    nowUs: () => 0,
  })

describe('secretstores.local.file', () => {
  test('says why a file is none, and repeats nothing of it', async () => {
    await using directory = await temporaryDirectory()
    const secretsFile = directory.file('secrets.json')
    const open = () => openSecretStore('secretstores.local.file', { secretsFile })
    const code = 'SECRETS_UNAVAILABLE'
    await assert.rejects(open(), { code, message: `${secretsFile} cannot be read (ENOENT)` })
    for (const text of ['', '{"a": PLANTED', '["PLANTED"]', '"PLANTED"', 'null']) {
      await writeFile(secretsFile, text)
      await assert.rejects(open(), { code, message: `${secretsFile} is no JSON object` })
    }
  })

  test('serves on what it read last, and says so once for each trouble', async () => {
    await using directory = await temporaryDirectory()
    const secretsFile = directory.file('secrets.json')
    await writeFile(secretsFile, '{"a":"PLANTED"}')
    const lines: string[] = []
    const log = recorder(lines)
    const store = await openSecretStore('secretstores.local.file', { secretsFile }, { log })
    await writeFile(secretsFile, '{"a":"PLAN')
    for (let n = 0; n < 3; n++) assert.deepEqual(await store.get('a', {}), { a: 'PLANTED' })
    await rm(secretsFile)
    assert.deepEqual(await store.get('a', {}), { a: 'PLANTED' })
    assert.equal(lines.length, 2)
    assert.doesNotMatch(lines.join(), /PLAN/)
    await writeFile(secretsFile, '{}')
    assert.equal(await store.get('a', {}), undefined)
  })

  test('names nested values by their path, with the separator that is asked for', async () => {
    await using directory = await temporaryDirectory()
    const secretsFile = directory.file('secrets.json')
    await writeFile(secretsFile, '{"a":{"b":[1,{"c":true}],"d":null},"e":{}}')
    const store = await openSecretStore('secretstores.local.file', {
      secretsFile,
      nestedSeparator: '/',
    })
    const all = [...(await store.bulkGet({})).values()]
    assert.deepEqual(all, [{ 'a/b/0': '1' }, { 'a/b/1/c': 'true' }, { 'a/d': '' }])
  })
})

describe('secretstores.local.env', () => {
  test('gives away nothing of the sidecar, whatever the prefix and the case', async () => {
    const env = { DAPR_API_TOKEN: 'PLANTED', APP_API_TOKEN: 'PLANTED', dapr_x: 'PLANTED', a: 'b' }
    const lines: string[] = []
    const log = recorder(lines)
    const open = (prefix: string) =>
      openSecretStore('secretstores.local.env', { prefix }, { env, log })
    for (const [prefix, name] of [
      ['', 'DAPR_API_TOKEN'],
      ['', 'APP_API_TOKEN'],
      ['', 'dapr_x'],
      ['DAPR_', 'API_TOKEN'],
      ['APP_', 'API_TOKEN'],
    ] as const)
      assert.deepEqual(await (await open(prefix)).get(name, {}), { [name]: '' })
    assert.deepEqual([...(await (await open('')).bulkGet({})).keys()], ['a'])
    assert.deepEqual([...(await (await open('DAPR_')).bulkGet({})).keys()], [])
    assert.equal(lines.length, 5)
  })
})

describe('secretstores.kubernetes', () => {
  test('says what it needs, in a cluster and outside', async () => {
    const open = (env: Record<string, string>) =>
      openSecretStore('secretstores.kubernetes', {}, { env })
    const code = 'SECRETS_UNAVAILABLE'
    await assert.rejects(open({}), { code, message: /KUBERNETES_SERVICE_HOST is not set/ })
    const inside = open({ KUBERNETES_SERVICE_HOST: '10.0.0.1' })
    await assert.rejects(inside, {
      code,
      message: /automountServiceAccountToken must not be false/,
    })
  })
})
