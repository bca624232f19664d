import { useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import type { SidecarStatus } from '../../wire/diagnosis.ts'
import { policyYaml, SAMPLE_POLICY } from '../model/policy-yaml.ts'
import { isAnswered } from '../model/sidecars.ts'
import { OwnBackendOnly } from '../parts/own-backend-only.tsx'
import { RemotePage } from '../parts/remote-page.tsx'
import { useKeys } from '../parts/use-keys.ts'
import { YamlEditor, type YamlEditorHandle } from '../parts/yaml-editor.tsx'
import { fragment, navigate, params } from '../router.ts'
import type { Settings } from '../settings.ts'
import { getSidecars } from '../sidecar-api.ts'
import { useRemote } from '../use-remote.ts'
import { WhatIfResult } from './what-if-result.tsx'

export const WhatIfView = ({ settings }: { settings: Settings }) =>
  settings.knowsSidecars ? <WithSidecars /> : <OwnBackendOnly page="What-if" />

/** The sidecars are asked once: they only give a draft to begin with. */
function WithSidecars() {
  const remote = useRemote('sidecars', (signal) => getSidecars(undefined, signal))
  return <RemotePage remote={remote}>{({ statuses }) => <WhatIf statuses={statuses} />}</RemotePage>
}

const DEFAULT_LAST = '1h'

/** The policy that was run stands in the URL, behind `#`: a link shows it, and no server's log does. */
function WhatIf({ statuses }: { statuses: readonly SidecarStatus[] }) {
  const drafts = listDrafts(statuses)
  const asked = fragment.value.get('policy') ?? undefined
  const askedLast = fragment.value.get('last') ?? DEFAULT_LAST
  const appId = params.value.get('app')
  const first = drafts.find(({ name }) => name === appId) ?? drafts[0]
  const text = useSignal(asked ?? first?.yaml ?? SAMPLE_POLICY)
  const last = useSignal(askedLast)
  const round = useSignal(0)
  const marked = useSignal<ReadonlySet<number>>(new Set())
  const editor = useRef<YamlEditorHandle>(null)
  // Back and forward bring back what was run then.
  useEffect(() => {
    if (asked !== undefined) text.value = asked
    last.value = askedLast
  }, [asked, askedLast])
  const run = (): void => {
    const search = appId === null ? '' : `?${new URLSearchParams({ app: appId })}`
    const state = new URLSearchParams({ last: last.value, policy: text.value })
    if (text.value === asked && last.value === askedLast) round.value++
    else navigate(`what-if${search}#${state}`)
  }
  useKeys({ '/': () => document.getElementById('policy')?.focus(), r: run })
  return (
    <div class="page what-if">
      <div class="page-bar">
        <h1>What if</h1>
        <p class="count none">Runs a Configuration over recorded traces. Nothing is changed.</p>
      </div>
      <form
        class="what-if-form"
        aria-label="Policy to try"
        onSubmit={(event) => {
          event.preventDefault()
          run()
        }}
      >
        <label for="policy">Configuration to try</label>
        <YamlEditor
          handle={editor}
          value={text.value}
          marked={marked.value}
          onInput={(typed) => (text.value = typed)}
          onRun={run}
        />
        <div class="what-if-tools">
          <label>
            Start from{' '}
            <select
              value=""
              onChange={({ currentTarget }) => {
                const draft = [...drafts, SAMPLE].find(({ name }) => name === currentTarget.value)
                if (draft !== undefined) text.value = draft.yaml
                currentTarget.value = ''
              }}
            >
              <option value="">…</option>
              {[...drafts, SAMPLE].map(({ name, words }) => (
                <option key={name} value={name}>
                  {words}
                </option>
              ))}
            </select>
          </label>
          <label>
            Traces of the last{' '}
            <select
              value={last.value}
              onChange={({ currentTarget }) => (last.value = currentTarget.value)}
            >
              {[...new Set([...WINDOWS, last.value])].map((name) => (
                <option key={name} value={name}>
                  {name}
                </option>
              ))}
            </select>
          </label>
          <button type="submit" class="primary" title="Run (Ctrl+Enter)">
            Run
          </button>
        </div>
      </form>
      {asked === undefined ? (
        <p class="hint what-if-hint">
          {first === undefined
            ? 'No sidecar is known, so this is a sample. '
            : `This is what ${first.name} has in force, written from its report. `}
          Change it and run it: the result says which traces it would have kept, beside today's.
        </p>
      ) : (
        <WhatIfResult
          key={round.value}
          yaml={asked}
          last={askedLast}
          onMarked={(lines) => (marked.value = lines)}
          onLine={(line) => editor.current?.goTo(line)}
        />
      )}
    </div>
  )
}

const WINDOWS = ['5m', '15m', '30m', '1h', '3h', '6h', '12h', '24h']

interface Draft {
  readonly name: string
  readonly words: string
  readonly yaml: string
}

const SAMPLE: Draft = { name: '(sample)', words: 'a sample', yaml: SAMPLE_POLICY }

/** What each app has in force; replicas run the same. */
function listDrafts(statuses: readonly SidecarStatus[]): Draft[] {
  const drafts = new Map<string, Draft>()
  for (const { report } of statuses.filter(isAnswered))
    if (!drafts.has(report.appId))
      drafts.set(report.appId, {
        name: report.appId,
        words: `what ${report.appId} has in force`,
        yaml: policyYaml(report.sampling, report.configuration.name ?? 'tracing'),
      })
  return [...drafts.values()]
}
