import type { Authority } from './trust-authority.ts'

/** What is to be done with the authorities that there are. */
export interface TrustPlan {
  /** Newest first. Those that have expired are left out. */
  readonly trusted: readonly Authority[]
  /** Who signs now; absent = a new one has to be made first. */
  readonly signer: Authority | undefined
  /** The newest is so old that its successor has to be known before it is needed. */
  readonly needsNew: boolean
}

/** Share of its life after which a successor joins the bundle: everybody learns of it long before it signs. */
const JOIN_AT = 0.8
/** Share of its life after which it signs no more. */
const SIGN_UNTIL = 0.9

/**
 * The states of a rotation, by age alone: whoever looks at the same authorities at the same time decides the same.
 *
 * @param authorities newest first
 */
export function planTrust(authorities: readonly Authority[], nowUs: number): TrustPlan {
  const trusted = authorities.filter(({ notAfterUs }) => notAfterUs > nowUs)
  const signing = trusted.filter(({ key }) => key !== '')
  const [newest] = signing
  return {
    trusted,
    // The oldest that is not too old: its successor waits until it is known everywhere.
    signer: signing.findLast((each) => ageOf(each, nowUs) < SIGN_UNTIL) ?? newest,
    needsNew: newest === undefined || ageOf(newest, nowUs) >= JOIN_AT,
  }
}

/** From 0, when it was made, to 1, when it expires. */
export const ageOf = (
  { notBeforeUs, notAfterUs }: Pick<Authority, 'notBeforeUs' | 'notAfterUs'>,
  nowUs: number,
): number => (nowUs - notBeforeUs) / (notAfterUs - notBeforeUs)
