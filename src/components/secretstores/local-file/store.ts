import { readFile } from 'node:fs/promises'
import { codeOf, Fault } from '../../../base/fault.ts'
import type { Logger } from '../../../base/logger.ts'
import { err, ok, type Result } from '../../../base/result.ts'
import type { SettingsOf } from '../../index.ts'
import type { Secret, SecretFeature, SecretStore } from '../contract.ts'
import { readSecrets } from './read-secrets.ts'
import type { localFileSettings } from './settings.ts'

type Settings = SettingsOf<typeof localFileSettings>
type Secrets = ReadonlyMap<string, Secret>

/** The file is read each time somebody asks: secrets are asked for rarely, and so none is ever old. */
export class LocalFileStore implements SecretStore {
  readonly features: ReadonlySet<SecretFeature>
  readonly #settings: Settings
  readonly #log: Logger
  /** Serves while the file is missing or half written. */
  #lastGood: Secrets
  #complaint: string | undefined

  private constructor(settings: Settings, log: Logger, secrets: Secrets) {
    this.#settings = settings
    this.#log = log
    this.#lastGood = secrets
    this.features = new Set(settings.multiValued ? ['MULTIPLE_KEY_VALUES_PER_SECRET'] : [])
  }

  /** @throws Fault `SECRETS_UNAVAILABLE` */
  static async open(settings: Settings, log: Logger): Promise<LocalFileStore> {
    const secrets = await load(settings)
    if (!secrets.ok) throw new Fault('SECRETS_UNAVAILABLE', secrets.error)
    return new LocalFileStore(settings, log, secrets.value)
  }

  async get(name: string): Promise<Secret | undefined> {
    return (await this.#secrets()).get(name)
  }

  bulkGet(): Promise<Secrets> {
    return this.#secrets()
  }

  async [Symbol.asyncDispose](): Promise<void> {}

  async #secrets(): Promise<Secrets> {
    const loaded = await load(this.#settings)
    const complaint = loaded.ok ? undefined : loaded.error
    if (complaint !== undefined && complaint !== this.#complaint)
      this.#log.warning(`${complaint}; the secrets read before are served on`)
    this.#complaint = complaint
    if (loaded.ok) this.#lastGood = loaded.value
    return this.#lastGood
  }
}

async function load(settings: Settings): Promise<Result<Secrets, string>> {
  const file = settings.secretsFile
  try {
    const secrets = readSecrets(await readFile(file, 'utf8'), settings)
    return secrets === undefined ? err(`${file} is no JSON object`) : ok(secrets)
  } catch (error) {
    return err(`${file} cannot be read (${codeOf(error) ?? 'unknown'})`)
  }
}
