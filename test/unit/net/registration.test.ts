import assert from 'node:assert/strict'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { createRegistrationDirectory, type Registration } from '../../../src/net/index.ts'
import { temporaryDirectory } from '../../support/temporary-directory.ts'

const entry = (more: Partial<Registration> = {}): Registration => ({
  appId: 'orders',
  namespace: 'default',
  pid: 1000,
  host: '127.0.0.1',
  internalPort: 50002,
  httpPort: 3500,
  metricsPort: 0,
  appPort: 0,
  startedUs: 1,
  ...more,
})
const always = () => true

describe('createRegistrationDirectory', () => {
  test('lists nothing before anybody has registered', async () => {
    await using home = await temporaryDirectory()
    assert.deepEqual(await createRegistrationDirectory(home.path, always).list(), [])
  })

  test('gives back what was registered, until it is taken away', async () => {
    await using home = await temporaryDirectory()
    const directory = createRegistrationDirectory(home.path, always)
    const leave = await directory.register(entry())
    assert.deepEqual(await directory.list(), [entry()])
    await leave()
    await leave()
    assert.deepEqual(await directory.list(), [])
  })

  test('lists oldest first', async () => {
    await using home = await temporaryDirectory()
    const directory = createRegistrationDirectory(home.path, always)
    for (const [appId, startedUs] of [
      ['b', 3],
      ['c', 1],
      ['a', 2],
    ] as const)
      await directory.register(entry({ appId, startedUs }))
    assert.deepEqual(
      (await directory.list()).map(({ appId }) => appId),
      ['c', 'a', 'b'],
    )
  })

  test('keeps instances, namespaces and sidecars of one process apart', async () => {
    await using home = await temporaryDirectory()
    const directory = createRegistrationDirectory(home.path, always)
    const all = [{}, { pid: 2000 }, { internalPort: 50003 }, { namespace: 'test' }, { appId: 'a' }]
    for (const more of all) await directory.register(entry(more))
    assert.equal((await directory.list()).length, all.length)
  })

  test('replaces an entry that is registered again', async () => {
    await using home = await temporaryDirectory()
    const directory = createRegistrationDirectory(home.path, always)
    await directory.register(entry({ httpPort: 1 }))
    await directory.register(entry({ httpPort: 2 }))
    assert.deepEqual(
      (await directory.list()).map(({ httpPort }) => httpPort),
      [2],
    )
  })

  test('removes entries whose process is gone, and only those', async () => {
    await using home = await temporaryDirectory()
    const directory = createRegistrationDirectory(home.path, (pid) => pid !== 1000)
    await directory.register(entry())
    await directory.register(entry({ pid: 2000 }))
    assert.deepEqual(
      (await directory.list()).map(({ pid }) => pid),
      [2000],
    )
    assert.equal((await readdir(home.file('registrations'))).length, 1)
  })

  test('leaves no half-written file: a reader sees an entry whole or not at all', async () => {
    await using home = await temporaryDirectory()
    const directory = createRegistrationDirectory(home.path, always)
    const ports = Array.from({ length: 20 }, (_, n) => 50_000 + n)
    const written = Promise.all(
      ports.map((internalPort) => directory.register(entry({ internalPort }))),
    )
    for (let look = 0; look < 20; look++)
      for (const seen of await directory.list()) assert.equal(seen.appId, 'orders')
    await written
    assert.deepEqual(
      (await readdir(home.file('registrations'))).sort(),
      ports.map((port) => `orders.default@1000-${port}.json`),
    )
  })

  test('passes over what others have put there, and leaves it alone', async () => {
    await using home = await temporaryDirectory()
    const foreign: Record<string, string> = {
      'README.txt': 'hello',
      'empty.json': '',
      'cut.json': '{"appId":"or',
      'null.json': 'null',
      'list.json': '[]',
      'other.json': '{"appId":"orders"}',
      'port.json': JSON.stringify({ ...entry(), httpPort: '3500' }),
      'orders.default@1000-50002.json.1000.tmp': JSON.stringify(entry()),
    }
    await mkdir(home.file('registrations'))
    for (const [name, text] of Object.entries(foreign))
      await writeFile(home.file('registrations', name), text)
    const directory = createRegistrationDirectory(home.path, () => false)
    assert.deepEqual(await directory.list(), [])
    for (const [name, text] of Object.entries(foreign))
      assert.equal(await readFile(home.file('registrations', name), 'utf8'), text)
  })

  test('writes inside its directory whatever an app is called', async () => {
    await using home = await temporaryDirectory()
    const directory = createRegistrationDirectory(home.path, always)
    await directory.register(entry({ appId: '../../etc/passwd', namespace: '/' }))
    assert.deepEqual(await readdir(home.path), ['registrations'])
    assert.equal((await directory.list())[0]?.appId, '../../etc/passwd')
  })
})
