import { Fault } from '../../base/fault.ts'
import type { Handler } from '../exchange.ts'
import type { BackendParts } from '../parts.ts'
import { requireParameter } from '../query-guard.ts'
import { json } from '../replies.ts'

export const getAutocompleteKeys = ({ settings, names }: BackendParts): Handler => {
  const keys = settings.searchEnabled ? [...settings.autocompleteKeys].sort() : []
  return () => json(keys, names.always())
}

export const getAutocompleteValues =
  ({ settings, store, names }: BackendParts): Handler =>
  async ({ request }) => {
    const key = requireParameter(new URLSearchParams(request.query), 'key')
    if (key === '') throw new Fault('BAD_QUERY', 'key was empty')
    const values = settings.searchEnabled ? await store.autocompleteValues(key) : []
    return json(values, names.forValues(values.length))
  }
