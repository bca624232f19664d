/** Suffixes of Kubernetes quantities, in bytes. */
const SUFFIXES: Readonly<Record<string, number>> = {
  '': 1,
  k: 1e3,
  K: 1e3,
  M: 1e6,
  G: 1e9,
  Ki: 1024,
  Mi: 1024 ** 2,
  Gi: 1024 ** 3,
}

/**
 * Reads a quantity of bytes, for example `4Mi`, `64Ki`, `1000`.
 *
 * @returns whole bytes; `undefined` when it is none
 * @see https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/
 */
export function parseBytes(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)(k|K|M|G|Ki|Mi|Gi)?B?$/.exec(text)
  if (match === null) return undefined
  return Math.floor(Number(match[1]) * (SUFFIXES[match[2] ?? ''] as number))
}
