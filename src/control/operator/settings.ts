/** What an operator is started with. */
export interface OperatorSettings {
  /** Of the control plane. Secrets of it, its own aside, go to the sidecars that its default Configuration concerns. */
  readonly namespace: string
  /** For example `cluster.local`. */
  readonly clusterDomain: string
  /** The pod's name: who holds the Lease, and which pod has the label of the leader. */
  readonly identity: string
  /** HTTPS, for sidecars. */
  readonly port: number
  /** Plain: `/healthz`, `/readyz`, `/metrics`. */
  readonly probePort: number
  readonly addresses: readonly string[]
  /** Whether Dapr's own operator is there: then its Services and definitions are left alone. */
  readonly besideDapr: boolean
  /** A manifest of the Configuration to create where there is none. A file that is not there makes none. */
  readonly defaultConfigurationFile: string
}

/** Name of the Configuration that counts where a pod names none: of its namespace, else of the control plane's. */
export const DEFAULT_CONFIGURATION = 'default'
