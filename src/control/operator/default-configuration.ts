import { readFile } from 'node:fs/promises'
import { parse } from 'yaml'
import { codeOf, messageOf } from '../../base/fault.ts'
import type { Logger } from '../../base/logger.ts'
import { type KubeClient, kinds, type Manifest } from '../../kube/index.ts'
import { DEFAULT_CONFIGURATION } from './settings.ts'

/**
 * Creates the cluster's default Configuration where there is none. One that is there is somebody's: it stays as it is.
 * (A custom resource cannot be applied together with its definition.)
 */
export async function createDefaultConfiguration(deps: {
  readonly client: KubeClient
  readonly file: string
  readonly namespace: string
  readonly log: Logger
}): Promise<void> {
  const { client, file, namespace, log } = deps
  let manifest: Manifest
  try {
    manifest = parse(await readFile(file, 'utf8')) as Manifest
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return
    log.error(`the default Configuration ${file} cannot be read: ${messageOf(error)}`)
    return
  }
  if ((await client.get(kinds.configuration, DEFAULT_CONFIGURATION, namespace)) !== undefined)
    return
  try {
    await client.create(kinds.configuration, {
      ...manifest,
      metadata: { ...manifest.metadata, name: DEFAULT_CONFIGURATION, namespace },
    })
    log.info(`created the default Configuration ${namespace}/${DEFAULT_CONFIGURATION}`)
  } catch (error) {
    // Somebody was faster.
    if (codeOf(error) !== 'ERR_KUBE_CONFLICT') throw error
  }
}
