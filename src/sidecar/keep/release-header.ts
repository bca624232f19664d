/**
 * What two sidecars tell each other about keeping the trace of a call, in a header of their own that no app
 * ever sees: how to reach the sender later, and whether the trace is kept already.
 *
 * @example 'key=0af7651916cd43dd8448eb211c80319c; port=3502; kept'
 */
export const RELEASE_HEADER = 'sidelight-release'

export interface ReleaseHeader {
  /** Whoever shows it may release traces: 32 hex digits, known to those who have exchanged a call. */
  readonly key: string
  /** Port for peers. In requests only: who is called is known. */
  readonly port: number | undefined
  readonly kept: boolean
}

export const formatReleaseHeader = ({ key, port, kept }: ReleaseHeader): string =>
  `key=${key}${port === undefined ? '' : `; port=${port}`}${kept ? '; kept' : ''}`

const FORM = /^key=([0-9a-f]{32})(?:; port=(\d{1,5}))?(; kept)?$/

/** `undefined` when it is absent or malformed: then the sender hears nothing. */
export function parseReleaseHeader(value: string | undefined): ReleaseHeader | undefined {
  const match = value === undefined ? null : FORM.exec(value)
  if (match === null) return undefined
  const [, key = '', port, kept] = match
  return { key, port: port === undefined ? undefined : Number(port), kept: kept !== undefined }
}
