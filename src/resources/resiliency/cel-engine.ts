import { CelScalar, celEnv, isCelError, parse, plan } from '@bufbuild/cel'

const INT = CelScalar.INT
const environment = celEnv({
  variables: {
    requests: INT,
    totalSuccesses: INT,
    totalFailures: INT,
    consecutiveSuccesses: INT,
    consecutiveFailures: INT,
  },
})

/** A file of its own, so that the library is loaded with the first expression only. */
export function planTrip(source: string) {
  const run = plan(environment, parse(source))
  return (counts: Parameters<typeof run>[0]): unknown => {
    const value = run(counts)
    if (isCelError(value)) throw value
    return value
  }
}
