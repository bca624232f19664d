/** Finds the sidecars of an app. Drivers: `registrations` on one machine; Kubernetes' DNS in a cluster. */
export interface NameResolver {
  /**
   * @returns origin of one live instance's internal port, for example `http://127.0.0.1:47301`, in turn when
   * there are several; `undefined` when there is none
   */
  resolve(appId: string, namespace: string): Promise<string | undefined>
  /** A connection to `origin` was refused: look again before it is given out. */
  forget(origin: string): void
}
