import assert from 'node:assert/strict'
import { assignColors, PALETTE_SIZE } from '../../../src/console/model/colors.ts'

describe('assignColors', () => {
  test('gives a service the same colour whatever the order', () => {
    const names = ['storefront', 'orders', 'inventory', 'redis', 'mail']
    assert.deepEqual(assignColors(names), assignColors([...names].reverse()))
  })
  test('gives different colours as long as there are any', () => {
    const names = Array.from({ length: PALETTE_SIZE }, (_, i) => `service-${i}`)
    assert.equal(new Set(assignColors(names).values()).size, PALETTE_SIZE)
  })
  test('has a colour for each of more services than colours', () => {
    const names = Array.from({ length: 3 * PALETTE_SIZE }, (_, i) => `service-${i}`)
    const slots = [...assignColors(names).values()]
    assert.equal(slots.length, 3 * PALETTE_SIZE)
    assert.ok(slots.every((slot) => slot >= 0 && slot < PALETTE_SIZE))
  })
  test('leaves known services their colour', () => {
    const known = assignColors(['orders', 'mail'])
    const all = assignColors(['a', 'b', 'c', 'orders'], known)
    assert.equal(all.get('orders'), known.get('orders'))
    assert.equal(all.size, 5)
  })
})
