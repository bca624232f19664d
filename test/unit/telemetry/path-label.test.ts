import assert from 'node:assert/strict'
import { pathLabel } from '../../../src/telemetry/index.ts'

const rows: readonly (readonly [path: string, label: string])[] = [
  ['', '/'],
  ['/', '/'],
  ['/v1.0/metadata', '/v1.0/metadata'],
  ['//v1.0///metadata/', '/v1.0/metadata'],
  ['/v1.0/invoke/orders/method/items', '/v1.0/invoke/orders/method/items'],
  ['/v1.0/invoke/orders/method/items/123', '/v1.0/invoke/orders/method/items/{id}'],
  ['/v1.0/invoke/orders/method/items/123abc', '/v1.0/invoke/orders/method/items/123abc'],
  ['/items/6f9619ff-8b86-d011-b42d-00cf4fc964ff', '/items/{id}'],
  ['/items/6F9619FF-8B86-D011-B42D-00CF4FC964FF', '/items/{id}'],
  ['/items/4bf92f3577b34da6', '/items/{id}'],
  ['/items/4bf92f3577b34da', '/items/4bf92f3577b34da'],
  ['/items/deadbeefdeadbeefdead', '/items/deadbeefdeadbeefdead'],
  [`/items/${'x'.repeat(64)}`, `/items/${'x'.repeat(64)}`],
  [`/items/${'x'.repeat(65)}`, '/items/{id}'],
  ['/1/2/3', '/{id}/{id}/{id}'],
  // Dapr's own conversions.
  ['/v1.0/state/store', '/v1.0/state/store'],
  ['/v1.0/state/store/key/7', '/v1.0/state/store'],
  ['/v1.0/secrets/vault/password', '/v1.0/secrets/vault'],
  ['/v1.0/actors/Cat/felix/method/meow', '/v1.0/actors/Cat/{id}/method'],
  ['/v1.0/actors/Cat/felix', '/v1.0/actors/Cat/{id}'],
  ['/actors/Cat/felix/method/meow', 'actors/Cat/{id}/method/meow'],
]

describe('pathLabel [dapr: http_monitoring_legacy.go]', () => {
  for (const [path, label] of rows)
    test(`makes ${JSON.stringify(label)} of ${JSON.stringify(path)}`, () =>
      assert.equal(pathLabel(path), label))

  test('is settled: the label of a label is that label', () => {
    for (const [, label] of rows)
      if (!label.includes('actors')) assert.equal(pathLabel(label), label)
  })
})
