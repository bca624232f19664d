import {
  type Binding,
  type BindingResponse,
  bindingDrivers,
} from '../../src/components/bindings/index.ts'
import { type OpenBlockOptions, openBlock } from './open-block.ts'

/** A binding as the sidecar opens one: by its type and a Component's metadata. */
export const openBinding = (
  type: string,
  metadata: Readonly<Record<string, string>> = {},
  options: OpenBlockOptions = {},
): Promise<Binding> => openBlock(bindingDrivers, type, metadata, options)

/** Data goes in as JSON, as the API hands it on. */
export const invokeBinding = (
  binding: Binding,
  operation: string,
  metadata: Readonly<Record<string, string>> = {},
  data: unknown = null,
): Promise<BindingResponse | undefined> =>
  binding.invoke({ operation, metadata, data: Buffer.from(JSON.stringify(data)) })
