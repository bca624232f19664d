import { nearest } from '../../base/nearest.ts'
import { err, ok, type Result } from '../../base/result.ts'
import type { Block, Driver } from '../../components/index.ts'
import type { Component } from '../../resources/index.ts'
import { blockOf, drivers, driversOf } from './blocks.ts'

/** The field of a component that no driver serves, and why, in words that cure it. */
export interface NoDriver {
  readonly field: 'type' | 'version'
  readonly message: string
}

export async function findDriver({
  type,
  version,
}: Component): Promise<Result<Driver<Block>, NoDriver>> {
  const known = driversOf(blockOf(type))
  const entry = Object.hasOwn(known, type) ? known[type] : undefined
  if (entry === undefined) return err({ field: 'type', message: unknownType(type) })
  const driver = await entry.load()
  if (driver.versions.includes(version.toLowerCase().replace(/^v?0$/, 'v1'))) return ok(driver)
  const message = `${type} has no version ${version}; there is ${driver.versions.join(', ')}`
  return err({ field: 'version', message })
}

function unknownType(type: string): string {
  const blocks = Object.keys(drivers)
  const known = Object.keys(driversOf(blockOf(type)))
  const meant = nearest(type, [
    ...known,
    ...blocks.flatMap((block) => Object.keys(driversOf(block))),
  ])
  if (meant !== undefined) return `there is no driver for ${type}; did you mean ${meant}?`
  return known.length === 0
    ? `there is no driver for ${type} yet: ${blocks.join(', ')} are built`
    : `there is no driver for ${type}; there are ${known.join(', ')}`
}
