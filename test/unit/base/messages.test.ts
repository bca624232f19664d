import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { codeOf, Fault, messageOf } from '../../../src/base/fault.ts'
import { createLogger, formatJson, formatLogfmt } from '../../../src/base/logger.ts'
import { maskCredentials } from '../../../src/base/mask-credentials.ts'
import { formatProblem } from '../../../src/base/problem.ts'
import { VERSION } from '../../../src/base/version.ts'

describe('Fault', () => {
  test('carries code, cause and whether to try again', () => {
    const cause = new Error('inside')
    const fault = new Fault('ERR_X', 'outside', { cause, retryable: true })
    assert.deepEqual(
      [fault.code, fault.message, fault.cause, fault.retryable, fault.name],
      ['ERR_X', 'outside', cause, true, 'Fault'],
    )
    assert.equal(new Fault('ERR_X', 'x').retryable, false)
    assert.equal('cause' in new Fault('ERR_X', 'x'), false)
  })

  test('codeOf and messageOf take anything that is thrown', () => {
    assert.equal(codeOf(new Fault('ERR_X', 'x')), 'ERR_X')
    assert.equal(codeOf(Object.assign(new Error(), { code: 'ENOENT' })), 'ENOENT')
    for (const thrown of [undefined, null, 'text', 5, {}, { code: 5 }, new Error('x')])
      assert.equal(codeOf(thrown), undefined)
    assert.equal(messageOf(new Error('x')), 'x')
    assert.equal(messageOf('text'), 'text')
    assert.equal(messageOf(undefined), 'undefined')
  })
})

describe('formatProblem', () => {
  const problem = { path: 'spec.x', code: 'X_WRONG', message: 'write y' }

  test('names the place as far as it is known', () => {
    assert.equal(formatProblem(problem), 'spec.x: write y [X_WRONG]')
    assert.equal(
      formatProblem({ ...problem, file: 'a.yaml', line: 7, seen: 'a "b"' }),
      'a.yaml:7 spec.x: write y (seen "a \\"b\\"") [X_WRONG]',
    )
    assert.equal(formatProblem({ ...problem, file: 'a.yaml' }), 'a.yaml spec.x: write y [X_WRONG]')
  })
})

describe('maskCredentials', () => {
  for (const [text, masked] of [
    ['http://user:pw@host/x', 'http://***@host/x'],
    ['http://token@host', 'http://***@host'],
    ['a http://u:p@h and b amqp://x:y@z:1/', 'a http://***@h and b amqp://***@z:1/'],
    ['http://host/a@b', 'http://host/a@b'],
    ['http://host:80/', 'http://host:80/'],
    ['http://user:pa/ss@host/x', 'http://***@host/x'],
    ['http://user:1/2@host', 'http://***@host'],
    ['http://[::1]:80/x', 'http://[::1]:80/x'],
    ['"http://host:80/" to me@host', '"http://host:80/" to me@host'],
    ['me@host', 'me@host'],
    ['POST https://host/v2?key=s3cret&x=1: refused', 'POST https://host/v2?*** refused'],
    ['http://u:p@host?token=x', 'http://***@host?***'],
    ['is it? yes', 'is it? yes'],
  ] as const)
    test(`makes ${masked} of ${text}`, () => assert.equal(maskCredentials(text), masked))

  test('masks a password that holds an @', () => {
    assert.doesNotMatch(maskCredentials('http://user:p@ss@host/'), /ss@/)
  })
})

describe('createLogger', () => {
  const open = (level: 'debug' | 'warning', format = formatLogfmt) => {
    const lines: string[] = []
    const log = createLogger({
      level,
      format,
      fields: { app_id: 'orders' },
      write: (line) => lines.push(line),
      nowUs: () => 1_767_225_600_123_456,
    })
    return { lines, log }
  }

  test('writes daprd’s line form, quoting what needs it', () => {
    const { lines, log } = open('debug')
    log.child({ scope: 'dapr.runtime' }).info('it "works"\n', { n: 1, why: 'a b', none: undefined })
    assert.deepEqual(lines, [
      'time="2026-01-01T00:00:00.123Z" level=info msg="it \\"works\\"\\n" app_id=orders scope=dapr.runtime n=1 why="a b"',
    ])
  })

  test('writes one JSON object a line, in which no field takes the place of another', () => {
    const { lines, log } = open('debug', formatJson)
    log.error('broken', { level: 'x', msg: 'y', n: 1 })
    assert.deepEqual(JSON.parse(lines[0] ?? ''), {
      app_id: 'orders',
      level: 'error',
      msg: 'broken',
      n: 1,
      time: '2026-01-01T00:00:00.123Z',
    })
  })

  test('leaves out what is below its level', () => {
    const { lines, log } = open('warning')
    log.debug('a')
    log.info('b')
    log.warning('c')
    log.error('d')
    log.fatal('e')
    assert.equal(lines.length, 3)
  })
})

describe('VERSION', () => {
  test('is that of package.json', async () => {
    const path = new URL('../../../package.json', import.meta.url)
    assert.equal(VERSION, JSON.parse(await readFile(path, 'utf8')).version)
  })
})
