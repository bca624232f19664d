import { ok } from '../base/result.ts'
import type { SidecarsAnswer } from '../wire/diagnosis.ts'
import type { WhatIfAnswer } from '../wire/what-if.ts'
import { type Answer, askJson, getJson } from './api.ts'
import { settings } from './settings.ts'

/** What a Sidelight backend answers beside Zipkin's API, below the mount as well. */
const API = 'sidelight/api/v1'

const has = (value: unknown, ...fields: string[]): boolean =>
  typeof value === 'object' && value !== null && fields.every((field) => field in value)

const isSidecars = (value: unknown): value is SidecarsAnswer => has(value, 'statuses', 'diagnosis')

const isWhatIf = (value: unknown): value is WhatIfAnswer =>
  has(value, 'window', 'today', 'next', 'rules')

/** Every sidecar of the backend's machine; `appId` has the diagnosis look at that app alone. */
export const getSidecars = (
  appId: string | undefined,
  signal?: AbortSignal,
): Promise<Answer<SidecarsAnswer>> =>
  getJson(
    `${API}/sidecars${appId === undefined ? '' : `?${new URLSearchParams({ app: appId })}`}`,
    isSidecars,
    signal,
  )

/** For pages that live without them: a stock Zipkin is not asked for what it cannot know. */
export const getSidecarsIfKnown = async (
  signal?: AbortSignal,
): Promise<Answer<SidecarsAnswer | undefined>> =>
  settings.value?.knowsSidecars === true ? getSidecars(undefined, signal) : ok(undefined)

/** Runs a Configuration's YAML over the recorded traces of the last `last`, for example `1h`. */
export const askWhatIf = (
  yaml: string,
  last: string,
  signal?: AbortSignal,
): Promise<Answer<WhatIfAnswer>> =>
  askJson(`${API}/what-if?${new URLSearchParams({ last })}`, isWhatIf, {
    method: 'POST',
    headers: { 'content-type': 'application/yaml' },
    body: yaml,
    ...(signal === undefined ? {} : { signal }),
  })
