import type { ConfigurationItem } from '../contract.ts'

const SEPARATOR = '||'

/** `value||version`, or a value alone. What follows a second separator is nobody's, as in daprd. */
export function toItem(text: string): ConfigurationItem {
  const [value = '', version = ''] = text.split(SEPARATOR)
  return { value, version, metadata: {} }
}
