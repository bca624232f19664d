import assert from 'node:assert/strict'
import { countServices, foldQuiet } from '../../../src/console/model/fold-quiet.ts'

/** A star: `hub` calls each service, the first most often. */
const star = (services: number) =>
  Array.from({ length: services }, (_, i) => ({
    parent: 'hub',
    child: `s${i}`,
    callCount: services - i,
    errorCount: 1,
  }))

describe('foldQuiet', () => {
  test('leaves sixty services as they are', () => {
    const links = star(59)
    assert.equal(countServices(links), 60)
    assert.deepEqual(foldQuiet(links, undefined), { links, rest: undefined })
  })

  test('puts the quietest of sixty-one and more into one, with the sum of their calls', () => {
    const { links, rest } = foldQuiet(star(60), undefined)
    assert.equal(rest, '+ 2 more')
    assert.equal(countServices(links), 60)
    assert.deepEqual(links.at(-1), { parent: 'hub', child: rest, callCount: 3, errorCount: 2 })
  })

  test('stays small for 25 000 services, and loses no call of those drawn', () => {
    const { links, rest } = foldQuiet(star(24_999), undefined)
    assert.equal(rest, '+ 24,941 more')
    assert.equal(countServices(links), 60)
    assert.equal(
      links.reduce((sum, { callCount }) => sum + callCount, 0),
      (24_999 * 25_000) / 2,
    )
  })

  test('draws the chosen service, however quiet', () => {
    const { links } = foldQuiet(star(100), 's99')
    assert.ok(links.some(({ child }) => child === 's99'))
    assert.equal(countServices(links), 60)
  })

  test('drops calls among the services that are not drawn', () => {
    const quiet = { parent: 's98', child: 's99', callCount: 1 }
    const { links, rest } = foldQuiet([...star(100), quiet], undefined)
    assert.ok(links.every(({ parent, child }) => parent !== rest || child !== rest))
  })
})
