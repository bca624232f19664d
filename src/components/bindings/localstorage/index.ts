import { mkdir, realpath } from 'node:fs/promises'
import { resolve } from 'node:path'
import { codeOf, Fault } from '../../../base/fault.ts'
import type { Driver } from '../../index.ts'
import type { Binding } from '../contract.ts'
import { createLocalStorage } from './binding.ts'
import { isInside } from './confine.ts'
import { localStorageSettings } from './settings.ts'

/** What no app has any business with. daprd's list, and where its last entry really is. */
const FORBIDDEN = ['/proc', '/sys', '/boot', '/var/run/secrets', '/run/secrets']

/** @see dapr components-contrib `bindings/localstorage` */
export const localStorageDriver: Driver<Binding, typeof localStorageSettings> = {
  type: 'bindings.localstorage',
  versions: ['v1'],
  doc: 'Keeps files in a directory. Output.',
  settings: localStorageSettings,
  async open({ rootPath }) {
    const wanted = resolve(rootPath)
    refuseForbidden(wanted)
    const root = await makeRoot(wanted)
    refuseForbidden(root)
    return createLocalStorage(root)
  },
}

function refuseForbidden(path: string): void {
  if (FORBIDDEN.some((place) => isInside(place, path)))
    throw new Fault('BINDING_UNAVAILABLE', 'rootPath points to a disallowed location')
}

async function makeRoot(path: string): Promise<string> {
  try {
    await mkdir(path, { recursive: true })
    return await realpath(path)
  } catch (error) {
    throw new Fault('BINDING_UNAVAILABLE', `rootPath: no directory (${codeOf(error) ?? 'unknown'})`)
  }
}
