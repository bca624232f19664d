import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { requirePartner } from './partners.ts'
import type { TemporaryDirectory } from './temporary-directory.ts'

/** Files in PEM. The certificate is its own authority. */
export interface SelfSigned {
  readonly certFile: string
  readonly keyFile: string
}

/** @param names what it is for, for example `DNS:localhost` */
export async function selfSign(
  context: Mocha.Context,
  directory: Pick<TemporaryDirectory, 'file'>,
  names: readonly string[],
): Promise<SelfSigned> {
  const openssl = requirePartner(context, 'openssl')
  const [certFile, keyFile] = [directory.file('cert.pem'), directory.file('key.pem')]
  await promisify(execFile)(openssl, [
    ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'],
    ...['-days', '2', '-subj', '/CN=test', '-addext', `subjectAltName=${names.join()}`],
    ...['-keyout', keyFile, '-out', certFile],
  ])
  return { certFile, keyFile }
}
