import type { Handler } from '../exchange.ts'
import type { BackendParts } from '../parts.ts'
import { plainText } from '../replies.ts'

/** Throws all traces away. Without the setting there is no such page. */
export const postClear =
  ({ settings, store, names }: BackendParts): Handler =>
  async () => {
    if (!settings.allowClear)
      return plainText(404, 'clearing is off; start the backend with --allow-clear')
    await store.clear()
    names.sawServices(0)
    return { status: 204, headers: [] }
  }
