import { Fault } from '../base/fault.ts'

/** By the status of the API server's answer. @see https://kubernetes.io/docs/reference/using-api/api-concepts/#api-errors */
const CODES: Readonly<Record<number, string>> = {
  400: 'ERR_KUBE_INVALID',
  401: 'ERR_KUBE_FORBIDDEN',
  403: 'ERR_KUBE_FORBIDDEN',
  404: 'ERR_KUBE_NOT_FOUND',
  409: 'ERR_KUBE_CONFLICT',
  410: 'ERR_KUBE_GONE',
  422: 'ERR_KUBE_INVALID',
}

/** @param what for example `patch configurations shop/tracing` */
export const apiFault = (what: string, status: number, message: string): Fault =>
  new Fault(CODES[status] ?? 'ERR_KUBE', `${what}: ${message || `status ${status}`}`, {
    retryable: status === 429 || status >= 500,
    params: { status },
  })

export const unreachable = (what: string, server: string, cause: unknown): Fault =>
  new Fault('ERR_KUBE_UNREACHABLE', `${what}: the API server ${server} cannot be reached`, {
    cause,
    retryable: true,
  })
