/** The link to a sidecar's page, relative to the mount. Without a process id it outlives a restart. */
export const sidecarHref = (appId: string, pid?: number): string =>
  `configuration?${new URLSearchParams({ app: appId, ...(pid === undefined ? {} : { pid: String(pid) }) })}`

/** The link to what the doctor says, of one app or of all. */
export const doctorHref = (appId?: string): string =>
  appId === undefined ? 'doctor' : `doctor?${new URLSearchParams({ app: appId })}`
