import assert from 'node:assert/strict'
import {
  bodyCodeOf,
  type ErrorCode,
  type ErrorName,
  errorCodes,
  formatError,
} from '../../../src/wire/error-codes.ts'

const entries = Object.entries(errorCodes) as [ErrorName, ErrorCode][]
/** google.rpc.Code in upper camel case, and the HTTP status that Google's table gives it. */
const GRPC_CODES = new Set([
  'Canceled',
  'Unknown',
  'InvalidArgument',
  'DeadlineExceeded',
  'NotFound',
  'AlreadyExists',
  'PermissionDenied',
  'ResourceExhausted',
  'FailedPrecondition',
  'Aborted',
  'OutOfRange',
  'Unimplemented',
  'Internal',
  'Unavailable',
  'DataLoss',
  'Unauthenticated',
])

describe('errorCodes', () => {
  for (const [name, entry] of entries)
    test(`${name} has an HTTP error status, a gRPC code and a text`, () => {
      assert.match(name, /^ERR_[A-Z_]+$/)
      assert.ok(entry.status >= 400 && entry.status < 600)
      assert.ok(GRPC_CODES.has(entry.grpc), entry.grpc)
      assert.notEqual(entry.template.trim(), '')
    })

  test('shares a body code only among the messages of one Dapr code', () => {
    for (const [name, entry] of entries)
      if (entry.code !== undefined) {
        assert.ok(name.startsWith(entry.code), name)
        assert.ok(entry.code in errorCodes, entry.code)
      }
  })
})

describe('formatError', () => {
  test('fills in what it is given', () => {
    assert.equal(
      formatError('ERR_DIRECT_INVOKE', { id: 'orders', reason: 'gone' }),
      'failed to invoke, id: orders, err: gone',
    )
    assert.equal(formatError('ERR_BAD_REQUEST', { reason: 0 }), 'invalid request: 0')
  })

  test('leaves a parameter that is missing as its name', () =>
    assert.equal(
      formatError('ERR_DIRECT_INVOKE', { id: 'orders' }),
      'failed to invoke, id: orders, err: {reason}',
    ))

  test('does not fill in what stands in a value', () =>
    assert.equal(
      formatError('ERR_DIRECT_INVOKE', { id: '{reason}', reason: '$& {id}' }),
      'failed to invoke, id: {reason}, err: $& {id}',
    ))

  test('says nothing about the inside of a bug', () =>
    assert.equal(formatError('ERR_INTERNAL', { reason: 'secret' }), 'internal error'))
})

describe('bodyCodeOf', () => {
  test('is the name, or the code that several entries share', () => {
    assert.equal(bodyCodeOf('ERR_BAD_REQUEST'), 'ERR_BAD_REQUEST')
    assert.equal(bodyCodeOf('ERR_DIRECT_INVOKE_NO_APP_ID'), 'ERR_DIRECT_INVOKE')
  })
})
