import { compileApiAccess } from '../policy/index.ts'
import type { Configuration } from '../resources/index.ts'
import type { Route } from './exchange.ts'

/** Who may do what, as the Configuration in force has it. */
export interface Access {
  /** Whether the API of a route is offered to the app. */
  isOpen(route: Route): boolean
  /** The API of invocation, which unknown paths fall to, too. */
  readonly mayInvoke: boolean
  /**
   * What happens to the calls of peers; absent = there is no access control. Policies of single apps need a verified
   * identity: without one this decides.
   */
  readonly accessControl: 'allow' | 'deny' | undefined
}

export function compileAccess(configuration: Configuration): Access {
  const { accessControl } = configuration
  const isAllowed = compileApiAccess(configuration)
  return {
    isOpen: ({ group, template, own }) =>
      own === true || isAllowed(group, template.split('/', 2)[1] ?? ''),
    mayInvoke: isAllowed('invoke', 'v1'),
    accessControl: accessControl && (accessControl.defaultAction ?? 'allow'),
  }
}
