import type { UserRegex } from '../../../resources/index.ts'
import type { Middleware } from '../contract.ts'
import { plainReply } from '../plain-reply.ts'

export const createRouterChecker = (rule: UserRegex): Middleware => ({
  features: new Set(),
  handle: ({ target }) =>
    rule.matches(decoded(target.split('?', 1)[0] ?? '')) ? undefined : { reply: plainReply(400) },
  async [Symbol.asyncDispose]() {},
})

/** Rules are written for what a path means, as Go has it. */
function decoded(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    return path
  }
}
