import type { Clock } from '../../base/clock.ts'
import {
  createPushedSource,
  parseConfiguration,
  parseResources,
  type SecretSource,
  type TextSource,
} from '../../resources/index.ts'
import type {
  RejectedResource,
  ResourceSnapshot,
  StreamedResource,
} from '../../wire/operator-stream.ts'
import { withSecretStore } from './builtin-secret-store.ts'
import { keepLastGood } from './keep-last-good.ts'
import { type OperatorLinkOptions, startOperatorLink } from './operator-link.ts'
import { createStreamSecrets } from './stream-secrets.ts'

/** Where a sidecar's Configuration and resources come from. */
export interface ResourceFeed extends AsyncDisposable {
  readonly configuration: TextSource
  /** What the Configuration in force is made of: paths, or in a cluster `NAMESPACE/NAME`. */
  files(): readonly string[]
  readonly configurationSecrets: SecretSource
  readonly resources: TextSource
  readonly secrets: SecretSource
  /** The sidecar has started with the first of them. */
  begin(sidecar: FedSidecar): void
}

export interface FedSidecar {
  /** Settles when the components are what was asked for last. */
  settled(): Promise<void>
  failedComponents(): readonly { readonly name: string; readonly reason: string }[]
}

export interface ClusterFeedOptions extends Omit<OperatorLinkOptions, 'onSnapshot'> {
  readonly namespace: string
  /** Whether a secret store `kubernetes` is there that nobody made. */
  readonly secretStore: boolean
  readonly env: Readonly<Record<string, string | undefined>>
  readonly clock: Clock
}

/** Opens the stream from the operator. @returns when the first snapshot is there */
export async function openClusterFeed(options: ClusterFeedOptions): Promise<ResourceFeed> {
  const { namespace, env, clock } = options
  const values = createStreamSecrets()
  let configurationNamespace = namespace
  let files: readonly string[] = []
  const secrets = values.of(() => namespace)
  const configurationSecrets = values.of(() => configurationNamespace)
  const goodConfiguration = keepLastGood(async (text) => {
    const read = await parseConfiguration([text], {
      env,
      resolveSecret: configurationSecrets.resolve,
      whyNoSecret: configurationSecrets.whyMissing,
      nowMs: clock.nowUs() / 1000,
    })
    return read.ok ? [] : read.error
  })
  const goodResources = keepLastGood(async (text) => (await parseResources([text])).problems)
  const configuration = createPushedSource([])
  const resources = createPushedSource([])
  let begun: (sidecar: FedSidecar) => void = () => undefined
  const sidecar = new Promise<FedSidecar>((resolve) => {
    begun = resolve
  })
  let isOver = (): void => undefined
  const over = new Promise<undefined>((resolve) => {
    isOver = () => resolve(undefined)
  })

  async function take(snapshot: ResourceSnapshot): Promise<readonly RejectedResource[]> {
    values.replace(snapshot.secrets)
    configurationNamespace = snapshot.configuration?.metadata.namespace ?? namespace
    const ofConfiguration = await goodConfiguration.take(
      snapshot.configuration === undefined ? [] : [snapshot.configuration],
    )
    const ofOthers = await goodResources.take(
      options.secretStore ? withSecretStore(snapshot.resources, namespace) : snapshot.resources,
    )
    files = snapshot.configuration === undefined ? [] : [nameOf(snapshot.configuration)]
    await configuration.push(ofConfiguration.texts)
    await resources.push(ofOthers.texts)
    return [...ofConfiguration.rejected, ...ofOthers.rejected]
  }

  let isTaken = (): void => undefined
  const taken = new Promise<void>((resolve) => {
    isTaken = resolve
  })
  const link = startOperatorLink({
    ...options,
    async onSnapshot(snapshot) {
      const rejected = await take(snapshot)
      isTaken()
      // The first one is acknowledged when the sidecar runs with it.
      const running = await Promise.race([sidecar, over])
      if (running === undefined) return
      await running.settled()
      link.acknowledge(snapshot.version, [...rejected, ...running.failedComponents().map(failed)])
    },
  })
  await taken
  return {
    configuration,
    files: () => files,
    configurationSecrets,
    resources,
    secrets,
    begin: begun,
    async [Symbol.asyncDispose]() {
      isOver()
      await link[Symbol.asyncDispose]()
    },
  }
}

const nameOf = ({ metadata }: StreamedResource): string => `${metadata.namespace}/${metadata.name}`

const failed = ({ name, reason }: { name: string; reason: string }): RejectedResource => ({
  kind: 'Component',
  name,
  message: reason,
})
