import { nearest } from '../../base/nearest.ts'
import type { Problem } from '../../base/problem.ts'
import { ok } from '../../base/result.ts'
import { type Block, type Driver, readSettings } from '../../components/index.ts'
import type { Component, ReadResource } from '../../resources/index.ts'
import { blockOf } from './blocks.ts'
import { readEncryptionKeys } from './encrypt-state.ts'
import { findDriver } from './find-driver.ts'
import { keyPrefixTrouble } from './stored-key.ts'

/** Of metadata that the sidecar itself reads, whatever the driver. */
const sidecarSettings: Readonly<Record<string, readonly string[]>> = {
  state: ['keyPrefix', 'primaryEncryptionKey', 'secondaryEncryptionKey'],
  lock: ['keyPrefix'],
  bindings: ['direction', 'route'],
}

/**
 * What only a component's driver can say of it, as far as that goes without opening it. Values that stand elsewhere
 * are not looked up, and none is shown.
 */
export async function checkComponent({
  resource,
  file,
  lineOf,
}: ReadResource<Component>): Promise<Problem[]> {
  const tell = ({ path, severity, ...rest }: Flaw): Problem => ({
    path: path.join('.'),
    file,
    line: lineOf(path),
    ...rest,
    ...(severity !== undefined || resource.ignoreErrors ? { severity: 'warning' } : {}),
  })
  const found = await findDriver(resource)
  if (found.ok) return flawsOf(resource, found.value).map(tell)
  const { field, message } = found.error
  return [tell({ path: ['spec', field], code: `${field.toUpperCase()}_UNKNOWN`, message })]
}

interface Flaw extends Pick<Problem, 'code' | 'message' | 'seen' | 'severity'> {
  readonly path: readonly PropertyKey[]
}

const METADATA = ['spec', 'metadata'] as const

function flawsOf(component: Component, { type, settings }: Driver<Block>): Flaw[] {
  const { metadata } = component
  const values = new Map(
    metadata.flatMap(({ name, value }) =>
      value === undefined ? [] : [[name.toLowerCase(), value] as const],
    ),
  )
  const read = readSettings(settings, values)
  const wrong = (read.ok ? [] : read.error).flatMap(({ setting, message }): Flaw[] => {
    const i = metadata.findLastIndex(({ name }) => isSame(name, setting))
    if (i === -1)
      return [{ path: METADATA, code: 'SETTING_NEEDED', message: `${setting}: ${message}` }]
    const path = [...METADATA, i, 'value']
    return metadata[i]?.value === undefined ? [] : [{ path, code: 'SETTING_INVALID', message }]
  })
  const known = [...Object.keys(settings), ...(sidecarSettings[blockOf(type)] ?? [])]
  const unknown = metadata.flatMap(({ name }, i): Flaw[] => {
    if (known.some((setting) => isSame(name, setting))) return []
    const meant = nearest(name, known)
    const cure = meant === undefined ? '' : `; did you mean ${meant}?`
    const message = `${type} has no such setting: it has no effect${cure}`
    const path = [...METADATA, i, 'name']
    return [{ path, code: 'SETTING_UNKNOWN', message, seen: name, severity: 'warning' }]
  })
  const keys = blockOf(type) === 'state' ? readEncryptionKeys(component, values) : ok(undefined)
  const own = [keyPrefixTrouble(component), keys.ok ? undefined : keys.error].flatMap((message) =>
    message === undefined ? [] : [{ path: METADATA, code: 'SETTING_INVALID', message }],
  )
  return [...wrong, ...unknown, ...own]
}

const isSame = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase()
