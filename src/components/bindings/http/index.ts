import { X509Certificate } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { createSecureContext } from 'node:tls'
import { codeOf, Fault } from '../../../base/fault.ts'
import { canBeHeader } from '../../../net/index.ts'
import type { Driver } from '../../index.ts'
import type { Binding } from '../contract.ts'
import { HttpBinding } from './binding.ts'
import { parseDestination } from './outgoing.ts'
import { type HttpSettings, httpSettings } from './settings.ts'

/** @see dapr components-contrib `bindings/http` */
export const httpDriver: Driver<Binding, typeof httpSettings> = {
  type: 'bindings.http',
  versions: ['v1'],
  doc: 'Calls an HTTP server: an operation for each method. Output.',
  settings: httpSettings,
  async open(settings, { clock }) {
    const destination = parseDestination(settings.url.trim())
    if (destination === undefined) throw unusable('url: an http or https URL is needed')
    const { securityToken, securityTokenHeader } = settings
    const token =
      securityToken === '' || securityTokenHeader === '' ? [] : [securityTokenHeader, securityToken]
    const headers = [...destination.headers, ...token]
    if (token.length > 0 && !canBeHeader(securityTokenHeader, securityToken))
      throw unusable('securityToken and securityTokenHeader cannot be a header')
    return new HttpBinding({ ...destination, headers }, settings, await readTls(settings), clock)
  },
}

async function readTls({ MTLSRootCA, MTLSClientCert, MTLSClientKey }: HttpSettings) {
  const ca = await readPem('MTLSRootCA', MTLSRootCA)
  const cert = await readPem('MTLSClientCert', MTLSClientCert)
  const key = await readPem('MTLSClientKey', MTLSClientKey)
  const isPair = cert !== undefined && key !== undefined
  try {
    if (ca !== undefined) new X509Certificate(ca)
    if (isPair) createSecureContext({ cert, key })
  } catch (error) {
    throw unusable(
      `MTLSRootCA, MTLSClientCert or MTLSClientKey is unusable (${codeOf(error) ?? 'no PEM'})`,
    )
  }
  return { ...(ca === undefined ? {} : { ca }), ...(isPair ? { cert, key } : {}) }
}

/** What is no PEM is the name of a file that holds it. */
async function readPem(setting: string, value: string): Promise<string | undefined> {
  if (value === '' || value.includes('-----BEGIN ')) return value || undefined
  try {
    return await readFile(value, 'utf8')
  } catch (error) {
    throw unusable(
      `${setting} is no PEM and no file that can be read (${codeOf(error) ?? 'unknown'})`,
    )
  }
}

const unusable = (message: string) => new Fault('BINDING_UNAVAILABLE', message)
