/** A private key and the certificate of its public one, with the chain if there is one. Both PEM. */
export interface KeyPair {
  readonly key: string
  readonly cert: string
}

/** Gives a server its certificate, and a new one before that has expired. */
export interface CertificateSource {
  current(): KeyPair
  /** `listener` is called with each new one. @returns how to stop that */
  onRenewed(listener: (now: KeyPair) => void): () => void
}
