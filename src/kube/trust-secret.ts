import { Buffer } from 'node:buffer'
import type { Clock } from '../base/clock.ts'
import { codeOf, Fault } from '../base/fault.ts'
import type { KubeClient } from './client.ts'
import type { KubeObject } from './object.ts'
import { kinds } from './resource-types.ts'
import { type Authority, createAuthority, parseAuthorities } from './trust-authority.ts'
import { planTrust } from './trust-plan.ts'

/** In the control plane's namespace; shipped empty, so that nobody needs the right to create Secrets. */
export const TRUST_SECRET = 'sidelight-trust'
const BUNDLE = 'ca.crt'
/** Of the authorities that sign, in the order of the bundle. */
const KEYS = 'ca.key'

export interface Trust {
  /** Whom to trust; PEM each, newest first. */
  readonly certificates: readonly string[]
  readonly signer: Authority
}

/** Each attempt meets what somebody else has just written; two replicas and a few restarts are not that many. */
const MAX_ATTEMPTS = 10

/**
 * The authorities of the control plane, made or renewed if that is due. Replicas that do so at once agree: one writes,
 * the other is told of the conflict and reads again.
 *
 * @throws Fault `ERR_TRUST_SECRET` when the Secret is missing or holds something else, and what the API server refuses
 */
export async function ensureTrust(
  client: Pick<KubeClient, 'get' | 'replace'>,
  namespace: string,
  clock: Clock,
): Promise<Trust> {
  for (let attempt = 1; ; attempt++) {
    const secret = await client.get(kinds.secret, TRUST_SECRET, namespace)
    if (secret === undefined)
      throw new Fault(
        'ERR_TRUST_SECRET',
        `the Secret ${namespace}/${TRUST_SECRET} is missing; apply the manifests again`,
        { retryable: true },
      )
    const nowUs = clock.nowUs()
    const { trusted, signer, needsNew } = planTrust(authoritiesIn(secret), nowUs)
    if (!needsNew && signer !== undefined)
      return { certificates: trusted.map(({ cert }) => cert), signer }
    try {
      const authorities = [await createAuthority(nowUs), ...trusted]
      await client.replace(kinds.secret, withAuthorities(secret, authorities))
    } catch (error) {
      if (codeOf(error) !== 'ERR_KUBE_CONFLICT' || attempt >= MAX_ATTEMPTS) throw error
    }
  }
}

function authoritiesIn(secret: KubeObject): readonly Authority[] {
  const certificates = textIn(secret, BUNDLE)
  if (certificates.trim() === '') return []
  const found = parseAuthorities(certificates, textIn(secret, KEYS))
  if (found !== undefined) return found
  // Somebody else's, perhaps: not ours to overwrite.
  throw new Fault(
    'ERR_TRUST_SECRET',
    `the Secret ${secret.metadata.namespace}/${TRUST_SECRET} has no certificates in ${BUNDLE}; remove its data, and it is made anew`,
    { retryable: true },
  )
}

const textIn = ({ data }: KubeObject, key: string): string =>
  Buffer.from((data as Record<string, string> | undefined)?.[key] ?? '', 'base64').toString()

const withAuthorities = (secret: KubeObject, authorities: readonly Authority[]): KubeObject => ({
  ...secret,
  data: {
    ...(secret.data as object | undefined),
    [BUNDLE]: toBase64(authorities.map(({ cert }) => `${cert}\n`).join('')),
    [KEYS]: toBase64(authorities.map(({ key }) => `${key}\n`).join('')),
  },
})

const toBase64 = (text: string): string => Buffer.from(text).toString('base64')
