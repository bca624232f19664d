import assert from 'node:assert/strict'
import { execFile, spawnSync } from 'node:child_process'
import { mkdir, readdir, readFile, symlink, truncate, writeFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import type { Binding } from '../../../../src/components/bindings/index.ts'
import { invokeBinding, openBinding } from '../../../support/open-binding.ts'
import { requirePartner } from '../../../support/partners.ts'
import { temporaryDirectory } from '../../../support/temporary-directory.ts'

/** `root` is the binding's; `secret` lies beside it. */
async function open() {
  const directory = await temporaryDirectory('PLANTED-home-')
  const root = directory.file('root')
  const binding = await openBinding('bindings.localstorage', { rootPath: root })
  await writeFile(directory.file('secret'), 'PLANTED')
  await mkdir(directory.file('outside'))
  return {
    root,
    binding,
    directory,
    outside: (...names: string[]) => directory.file('outside', ...names),
    [Symbol.asyncDispose]: () => directory[Symbol.asyncDispose](),
  }
}

const textOf = async (binding: Binding, operation: string, fileName: string, data?: unknown) =>
  Buffer.from((await invokeBinding(binding, operation, { fileName }, data))?.data ?? []).toString()

const refuses = (call: Promise<unknown>, message: RegExp) =>
  assert.rejects(call, (error: Error) => {
    assert.match(error.message, message)
    assert.doesNotMatch(error.message, /PLANTED|\//)
    return true
  })

describe('bindings.localstorage', () => {
  for (const fileName of [
    '../secret',
    '..\\secret',
    'a/../../secret',
    '/../secret',
    '....//secret',
    './../../../../../../../../etc/passwd',
    '/etc/passwd',
  ])
    test(`stays inside rootPath: ${fileName}`, async () => {
      await using opened = await open()
      await refuses(textOf(opened.binding, 'get', fileName), /file not found$/)
      await textOf(opened.binding, 'create', fileName, 'mine is mine')
      assert.equal(await readFile(opened.directory.file('secret'), 'utf8'), 'PLANTED')
      assert.equal(await textOf(opened.binding, 'get', fileName), 'mine is mine')
      const [file = ''] = JSON.parse(await textOf(opened.binding, 'list', ''))
      assert.ok(file.startsWith(`${opened.root}/`), file)
      await invokeBinding(opened.binding, 'delete', { fileName })
      assert.equal(await readFile(opened.directory.file('secret'), 'utf8'), 'PLANTED')
    })

  test('follows no link that leads out, or nowhere', async () => {
    await using opened = await open()
    const { root, binding, outside } = opened
    await writeFile(outside('file'), 'PLANTED')
    await symlink(outside('file'), `${root}/file`)
    await symlink(outside(), `${root}/folder`)
    await symlink(outside('new'), `${root}/dangling`)
    await symlink('../outside', `${root}/relative`)
    for (const fileName of [
      'file',
      'folder/file',
      'folder/new',
      'dangling',
      'dangling/x',
      'relative/file',
    ])
      for (const operation of ['create', 'get', 'delete', 'list'])
        await refuses(
          textOf(binding, operation, fileName, 'mine'),
          /a link leads out of rootPath, or nowhere$/,
        )
    assert.deepEqual(await readdir(outside()), ['file'])
    assert.equal(await readFile(outside('file'), 'utf8'), 'PLANTED')
    const listed: string[] = JSON.parse(await textOf(binding, 'list', ''))
    assert.ok(listed.every((file) => !file.includes('folder/')))
  })

  test('follows a link that stays inside', async () => {
    await using opened = await open()
    await textOf(opened.binding, 'create', 'real/a', 'one word')
    await symlink('real', `${opened.root}/link`)
    assert.equal(await textOf(opened.binding, 'get', 'link/a'), 'one word')
  })

  test('refuses what is no file to read: a directory, a pipe, a NUL, no name', async () => {
    await using opened = await open()
    const { binding, root } = opened
    await mkdir(`${root}/folder`)
    await promisify(execFile)('mkfifo', [`${root}/pipe`])
    await refuses(textOf(binding, 'get', 'folder'), /it is no file$/)
    await refuses(textOf(binding, 'get', 'pipe'), /it is no file$/)
    await refuses(textOf(binding, 'get', ''), /it is no file$/)
    for (const operation of ['create', 'get', 'delete', 'list'])
      await refuses(textOf(binding, operation, 'a\0b'), /a file name has no NUL$/)
    for (const fileName of ['', '.', '..', '/'])
      await refuses(textOf(binding, 'delete', fileName), /fileName names no file$/)
    await refuses(textOf(binding, 'create', '..', 'x'), /fileName names no file$/)
    await refuses(textOf(binding, 'create', 'folder', 'x'), /cannot write the file: EISDIR$/)
    await refuses(textOf(binding, 'create', 'n'.repeat(300), 'x'), /ENAMETOOLONG$/)
  })

  test('refuses to hold a file in memory that is too large', async () => {
    await using opened = await open()
    await writeFile(`${opened.root}/huge`, '')
    await truncate(`${opened.root}/huge`, 200 * 1024 ** 2)
    await refuses(textOf(opened.binding, 'get', 'huge'), /larger than 104857600 bytes$/)
  })

  test('gives a file without a name one', async () => {
    await using opened = await open()
    const { fileName } = JSON.parse(await textOf(opened.binding, 'create', '', 'one word'))
    assert.match(fileName, /^[0-9a-f-]{36}$/)
    assert.equal(await textOf(opened.binding, 'get', fileName), 'one word')
  })

  test('writes what can be base64 as the bytes that it stands for, and nothing but texts [contrib: localstorage.go]', async () => {
    await using opened = await open()
    await textOf(opened.binding, 'create', 'a', Buffer.from([0, 255, 10]).toString('base64'))
    assert.deepEqual([...(await readFile(`${opened.root}/a`))], [0, 255, 10])
    await textOf(opened.binding, 'create', 'a')
    assert.equal(await textOf(opened.binding, 'get', 'a'), 'null')
  })

  test('lists files of folders by name, and an empty folder as null [contrib: localstorage.go]', async () => {
    await using opened = await open()
    const { binding, root } = opened
    assert.equal(await textOf(binding, 'list', ''), 'null')
    for (const fileName of ['b', 'a/z', 'a/b/c']) await textOf(binding, 'create', fileName, 'x y')
    await writeFile(`${root}/.sidelight-draft-1`, 'half')
    assert.deepEqual(
      JSON.parse(await textOf(binding, 'list', '')),
      ['a/b/c', 'a/z', 'b'].map((name) => `${root}/${name}`),
    )
    assert.deepEqual(JSON.parse(await textOf(binding, 'list', 'a/b')), [`${root}/a/b/c`])
    await refuses(textOf(binding, 'list', 'b'), /cannot list the directory: ENOTDIR$/)
    await refuses(textOf(binding, 'list', 'ghost'), /file not found$/)
  })

  test('leaves what was there, and no half file, on a disk that is full, or read-only', async function () {
    requirePartner(this, 'root')
    await using opened = await open()
    const { binding, root } = opened
    const mount = (...args: readonly string[]) => spawnSync('mount', [...args, root]).status
    if (mount('-t', 'tmpfs', '-o', 'size=256k', 'tmpfs') !== 0) this.skip()
    try {
      await textOf(binding, 'create', 'a', 'old text')
      const large = `${'large '.repeat(100_000)}`
      await refuses(textOf(binding, 'create', 'a', large), /cannot write the file: ENOSPC$/)
      await refuses(textOf(binding, 'create', 'b', large), /cannot write the file: ENOSPC$/)
      assert.deepEqual(await readdir(root), ['a'])
      assert.equal(await textOf(binding, 'get', 'a'), 'old text')
      mount('-o', 'remount,ro')
      await refuses(textOf(binding, 'create', 'a', 'new text'), /cannot write the file: EROFS$/)
      await refuses(textOf(binding, 'delete', 'a'), /cannot delete the file: EROFS$/)
      assert.equal(await textOf(binding, 'get', 'a'), 'old text')
    } finally {
      spawnSync('umount', ['-l', root])
    }
  })

  for (const rootPath of ['/proc/self', '/sys/x', '/var/run/secrets/kubernetes', '/dev/../proc'])
    test(`refuses ${rootPath} as its root`, async () => {
      await assert.rejects(
        openBinding('bindings.localstorage', { rootPath }),
        /rootPath points to a disallowed location/,
      )
    })

  test('refuses a root that leads to a forbidden place, or is a file', async () => {
    await using opened = await open()
    await symlink('/proc', `${opened.root}/proc`)
    await writeFile(`${opened.root}/file`, '')
    await assert.rejects(
      openBinding('bindings.localstorage', { rootPath: `${opened.root}/proc` }),
      /disallowed location/,
    )
    await assert.rejects(
      openBinding('bindings.localstorage', { rootPath: `${opened.root}/file/below` }),
      /rootPath: no directory \(ENOTDIR\)/,
    )
  })
})
