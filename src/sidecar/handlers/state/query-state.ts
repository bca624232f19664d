import { apiFault } from '../../../net/index.ts'
import type { Handler } from '../../exchange.ts'
import type { BlockParts } from '../block-parts.ts'
import { storeOf } from './state-parts.ts'

/** `POST /v1.0-alpha1/state/{store}/query`: no store of ours can, as Redis without its search module cannot in Dapr. */
export const queryState =
  (parts: BlockParts): Handler =>
  (x) => {
    const { component } = storeOf(parts, x)
    throw apiFault('ERR_STATE_STORE_NOT_SUPPORTED_QUERY', { name: component.name })
  }
