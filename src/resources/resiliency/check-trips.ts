import { asRecord } from '../../wire/lower-keys.ts'
import { valueAt } from '../seen-value.ts'
import type { Issue } from '../zod-problems.ts'
import { compileTrip } from './compile-trip.ts'

/** Every condition of a circuit breaker that is none, at its place. */
export async function checkTrips(value: unknown): Promise<Issue[]> {
  const breakers = ['spec', 'policies', 'circuitBreakers']
  const issues: Issue[] = []
  for (const name of Object.keys(asRecord(valueAt(value, breakers)))) {
    const path = [...breakers, name, 'trip']
    const trip = valueAt(value, path)
    if (typeof trip !== 'string' || trip === '') continue
    const compiled = await compileTrip(trip)
    if (!compiled.ok)
      issues.push({ path, message: compiled.error, params: { code: 'TRIP_INVALID' } })
  }
  return issues
}
