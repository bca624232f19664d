import {
  type ComponentSpec,
  type SpawnedSidecar,
  spawnSidecar,
} from '../../support/spawn-sidecar.ts'

/** What is measured; the component is called `bench`. */
export type BenchComponent = Pick<ComponentSpec, 'type' | 'metadata'>

/** One component, and no tracing. */
export const startBenchSidecar = (
  component: BenchComponent,
  appPort?: number,
): Promise<SpawnedSidecar> =>
  spawnSidecar({
    appId: 'bench',
    components: [{ ...component, name: 'bench' }],
    flags: ['--log-level=error'],
    ...(appPort === undefined ? {} : { appPort }),
  })
