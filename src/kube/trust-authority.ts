// The certificate library reads it as it loads.
import 'reflect-metadata'
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  PemConverter,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509Certificate,
  X509CertificateGenerator,
} from '@peculiar/x509'
import type { KeyPair } from '../net/index.ts'

/** Who signs the certificates of the control plane, and for how long. */
export interface Authority extends KeyPair {
  /** Of its certificate. Integer microseconds since the epoch. */
  readonly notBeforeUs: number
  readonly notAfterUs: number
}

export interface Leaf extends KeyPair {
  readonly notBeforeUs: number
  readonly notAfterUs: number
}

/** The Service in front of a program. */
export interface ServiceName {
  readonly name: string
  readonly namespace: string
  /** For example `cluster.local`. */
  readonly clusterDomain: string
}

const HOUR_US = 3_600_000_000
const DAY_US = 24 * HOUR_US
export const AUTHORITY_LIFE_US = 3_650 * DAY_US
export const LEAF_LIFE_US = DAY_US
/** A clock of another node may be behind. */
const SKEW_US = HOUR_US / 12

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const
const SUBJECT = 'CN=Sidelight control plane'

/** Makes an authority that signs itself. */
export async function createAuthority(nowUs: number): Promise<Authority> {
  const keys = await crypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify'])
  const times = { notBeforeUs: nowUs - SKEW_US, notAfterUs: nowUs + AUTHORITY_LIFE_US }
  const certificate = await X509CertificateGenerator.createSelfSigned({
    name: SUBJECT,
    keys,
    ...validity(times),
    signingAlgorithm: ALGORITHM,
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  })
  return { cert: pem(certificate), key: await keyPem(keys.privateKey), ...times }
}

/** Makes a key of its own, and the certificate of a Service for it. It never outlives its authority. */
export async function issueLeaf(
  authority: Authority,
  service: ServiceName,
  nowUs: number,
): Promise<Leaf> {
  const keys = await crypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify'])
  const issuer = new X509Certificate(authority.cert)
  const times = {
    notBeforeUs: nowUs - SKEW_US,
    notAfterUs: Math.min(nowUs + LEAF_LIFE_US, authority.notAfterUs),
  }
  const certificate = await X509CertificateGenerator.create({
    subject: `CN=${service.name}`,
    issuer: issuer.subject,
    publicKey: keys.publicKey,
    signingKey: await importKey(authority.key),
    ...validity(times),
    signingAlgorithm: ALGORITHM,
    extensions: [
      new BasicConstraintsExtension(false, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
      new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
      new SubjectAlternativeNameExtension(namesOf(service)),
      await AuthorityKeyIdentifierExtension.create(issuer.publicKey),
    ],
  })
  return { cert: pem(certificate), key: await keyPem(keys.privateKey), ...times }
}

/** As a cluster's DNS calls a Service, and as one calls a program on this machine. */
function namesOf({ name, namespace, clusterDomain }: ServiceName) {
  const inNamespace = `${name}.${namespace}`
  return [
    ...[name, inNamespace, `${inNamespace}.svc`, `${inNamespace}.svc.${clusterDomain}`],
    'localhost',
  ]
    .map((value): { type: 'dns' | 'ip'; value: string } => ({ type: 'dns', value }))
    .concat({ type: 'ip', value: '127.0.0.1' })
}

/**
 * Reads a bundle, newest first. A certificate without its key is one that is trusted, yet signs nothing.
 *
 * @param keys PEM, in the order of the certificates; none = no authority that could sign
 * @returns `undefined` for what is no bundle
 */
export function parseAuthorities(certificates: string, keys: string): Authority[] | undefined {
  try {
    const found = blocksOf(certificates).map((cert, i) => {
      const { notBefore, notAfter } = new X509Certificate(cert)
      return {
        cert,
        key: blocksOf(keys)[i] ?? '',
        notBeforeUs: notBefore.getTime() * 1000,
        notAfterUs: notAfter.getTime() * 1000,
      }
    })
    return found.length === 0 ? undefined : found
  } catch {
    return undefined
  }
}

const blocksOf = (text: string): string[] =>
  [...text.matchAll(/-----BEGIN ([^-]+)-----[\s\S]+?-----END \1-----/g)].map(([block]) => block)

const pem = (certificate: X509Certificate): string => certificate.toString('pem')

const keyPem = async (key: CryptoKey): Promise<string> =>
  PemConverter.encode(await crypto.subtle.exportKey('pkcs8', key), PemConverter.PrivateKeyTag)

const importKey = (text: string): Promise<CryptoKey> =>
  crypto.subtle.importKey('pkcs8', PemConverter.decodeFirst(text), ALGORITHM, false, ['sign'])

const validity = (times: { readonly notBeforeUs: number; readonly notAfterUs: number }) => ({
  notBefore: new Date(times.notBeforeUs / 1000),
  notAfter: new Date(times.notAfterUs / 1000),
})
