import { type ResourceStatus, STATUS_ANNOTATION } from '../../control/operator/index.ts'
import type { KubeObject } from '../../kube/index.ts'

/** What the operator wrote of a resource; beside Dapr, whose definitions have no status, into an annotation. */
export function outcomeOf({ metadata, status }: KubeObject): Partial<ResourceStatus> {
  if (status !== undefined && status !== null) return status
  try {
    return JSON.parse(metadata.annotations?.[STATUS_ANNOTATION] ?? '{}')
  } catch {
    // Somebody may have edited it.
    return {}
  }
}

/** @returns the condition's message when it says no */
export const refusalOf = (object: KubeObject, type: 'Accepted' | 'Applied'): string | undefined =>
  outcomeOf(object).conditions?.find((each) => each.type === type && each.status === 'False')
    ?.message
