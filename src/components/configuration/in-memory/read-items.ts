import { err, ok, type Result } from '../../../base/result.ts'
import { asRecord, isRecord } from '../../../wire/lower-keys.ts'
import type { ConfigurationItem, ConfigurationItems } from '../contract.ts'

/** @returns why they are none, without a word of the text: it may hold what is not to be shown */
export function readItems(text: string): Result<ConfigurationItems, string> {
  const fields = parse(text)
  if (!isRecord(fields)) return err('a JSON object is needed')
  const items = new Map<string, ConfigurationItem>()
  for (const [key, raw] of Object.entries(fields)) {
    const item = toItem(raw)
    if (item === undefined) return err(`${key} is neither a text nor an object with a value`)
    items.set(key, item)
  }
  return ok(items)
}

function toItem(raw: unknown): ConfigurationItem | undefined {
  const { value, version, metadata } = isRecord(raw) ? raw : { value: raw }
  if (value === undefined || value === null || typeof value === 'object') return undefined
  return {
    value: String(value),
    version: String(version ?? ''),
    metadata: Object.fromEntries(
      Object.entries(asRecord(metadata)).map(([name, each]) => [name, String(each)]),
    ),
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
