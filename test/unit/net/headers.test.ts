import assert from 'node:assert/strict'
import { forwardableHeaders, headerValue, headerValues } from '../../../src/net/index.ts'

const keep = () => false

describe('headerValue', () => {
  test('finds the first by name in any case', () => {
    const headers = ['A', '1', 'b', '2', 'B', '3']
    assert.equal(headerValue(headers, 'b'), '2')
    assert.equal(headerValue(headers, 'a'), '1')
    assert.equal(headerValue(headers, 'c'), undefined)
    assert.equal(headerValue([], 'a'), undefined)
  })

  test('does not take a value for a name', () =>
    assert.equal(headerValue(['a', 'b', 'c', 'd'], 'b'), undefined))

  test('gives an empty value as it stands', () => assert.equal(headerValue(['a', ''], 'a'), ''))
})

describe('headerValues', () => {
  test('finds all, in order', () =>
    assert.deepEqual(headerValues(['A', '1', 'b', '2', 'a', '3'], 'a'), ['1', '3']))
})

describe('forwardableHeaders [RFC 9110 7.6.1]', () => {
  test('passes everything else on: order, case and duplicates', () => {
    const headers = ['X-B', '1', 'x-a', '2', 'X-B', '3', 'Set-Cookie', 'a', 'set-cookie', 'b']
    assert.deepEqual(forwardableHeaders(headers, keep), headers)
  })

  for (const name of [
    'Connection',
    'Keep-Alive',
    'Proxy-Connection',
    'Proxy-Authenticate',
    'Proxy-Authorization',
    'TE',
    'Trailer',
    'Transfer-Encoding',
    'Upgrade',
    'HTTP2-Settings',
  ])
    test(`leaves ${name} behind`, () =>
      assert.deepEqual(forwardableHeaders(['a', '1', name, 'x', 'b', '2'], keep), [
        ...['a', '1', 'b', '2'],
      ]))

  test('leaves behind what Connection names, in any case, over several lines', () => {
    const headers = [
      ...['Connection', 'close, X-One ,x-two', 'X-ONE', '1', 'connection', 'x-three'],
      ...['X-Two', '2', 'x-three', '3', 'x-four', '4'],
    ]
    assert.deepEqual(forwardableHeaders(headers, keep), ['x-four', '4'])
  })

  test('finds a name that Connection gives after the header itself', () => {
    assert.deepEqual(forwardableHeaders(['x-one', '1', 'Connection', 'X-One'], keep), [])
  })

  test('takes close and keep-alive for no names', () => {
    const headers = ['Connection', 'Keep-Alive', 'close', '1']
    assert.deepEqual(forwardableHeaders(headers, keep), ['close', '1'])
  })

  test('leaves behind what the caller says, asked in lower case', () => {
    const asked: string[] = []
    const kept = forwardableHeaders(['X-A', '1', 'X-B', '2'], (name) => {
      asked.push(name)
      return name === 'x-a'
    })
    assert.deepEqual(
      [kept, asked],
      [
        ['X-B', '2'],
        ['x-a', 'x-b'],
      ],
    )
  })
})
