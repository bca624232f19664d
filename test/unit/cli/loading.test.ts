import assert from 'node:assert/strict'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

/** Packages that are loaded with a module, not when they are asked for. */
async function packagesOf(entry: string): Promise<Set<string>> {
  const { metafile } = await build({
    entryPoints: [fileURLToPath(new URL(`../../../src/cli/${entry}`, import.meta.url))],
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    packages: 'external',
    outdir: 'unused',
    write: false,
    metafile: true,
    logLevel: 'silent',
  })
  const found = new Set<string>()
  const seen = new Set<string>()
  const walk = (output: string): void => {
    if (seen.has(output)) return
    seen.add(output)
    for (const { path, kind, external } of metafile.outputs[output]?.imports ?? [])
      if (kind === 'import-statement') external ? found.add(path) : walk(path)
  }
  const first = Object.entries(metafile.outputs).find(([, each]) =>
    each.entryPoint?.endsWith(entry),
  )
  assert.ok(first)
  walk(first[0])
  return found
}

/** 69 MB at their import. */
const OF_KUBERNETES = ['@kubernetes/client-node', '@peculiar/x509', 'reflect-metadata']

describe('what a command loads', () => {
  for (const entry of [
    'sidelight.ts',
    'commands/sidecar.ts',
    'commands/run.ts',
    'commands/backend.ts',
  ])
    test(`${entry} has nothing of Kubernetes`, async () => {
      const packages = await packagesOf(entry)
      assert.deepEqual(
        OF_KUBERNETES.filter((name) => packages.has(name)),
        [],
      )
    })

  test('commands/injector.ts has all of it', async () => {
    const packages = await packagesOf('commands/injector.ts')
    assert.deepEqual(
      OF_KUBERNETES.filter((name) => !packages.has(name)),
      [],
    )
  })
})
