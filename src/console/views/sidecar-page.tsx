import type { ComponentChildren } from 'preact'
import type { SidecarStatus } from '../../wire/diagnosis.ts'
import type { SidecarReport } from '../../wire/sidecar-report.ts'
import { policyInWords } from '../model/policy-words.ts'
import { isAnswered, policyPlace, sidecarNowUs, spanTotals } from '../model/sidecars.ts'
import { formatAgo, formatExact } from '../model/times.ts'
import { ChangeTable } from '../parts/change-table.tsx'
import { DeciderTable } from '../parts/decider-table.tsx'
import { ExporterTable } from '../parts/exporter-table.tsx'
import { Icon } from '../parts/icons.tsx'
import { OperationTable } from '../parts/operation-table.tsx'
import { PlaceName } from '../parts/place.tsx'
import { ProblemList } from '../parts/problem-list.tsx'
import { ServiceName } from '../parts/service-name.tsx'
import { doctorHref } from '../sidecar-link.ts'

/** One sidecar: what it runs, who set it, how its last change went, and what it decides. */
export function SidecarPage(props: { status: SidecarStatus; loadedMs: number; now: number }) {
  const { status } = props
  const { appId, pid, host, internalPort } = status.registration
  return (
    <div class="page">
      <div class="page-bar">
        <a href="configuration" title="All sidecars (Esc)">
          ← All sidecars
        </a>
        <h1>
          <ServiceName service={appId} />
        </h1>
        <p class="count">
          <span class="when">
            PID {pid} at {host}:{internalPort}
            {isAnswered(status) && `, version ${status.report.version}`}
          </span>
        </p>
        <a class="button" href={doctorHref(appId)}>
          Ask the doctor
        </a>
        <a class="button" href={`what-if?${new URLSearchParams({ app: appId })}`}>
          Try a change
        </a>
      </div>
      {isAnswered(status) ? (
        <Report
          report={status.report}
          nowUs={sidecarNowUs(status.report, props.loadedMs, props.now)}
        />
      ) : (
        <div class="error-box">
          <Icon name="error" /> It does not answer: {status.error}
        </div>
      )}
    </div>
  )
}

function Report({ report, nowUs }: { report: SidecarReport; nowUs: number }) {
  const { configuration, sampling } = report
  return (
    <>
      <Facts report={report} nowUs={nowUs} />
      <LastReload report={report} nowUs={nowUs} />
      <ResourceTrouble resources={report.resources} />
      <Section title="Who decides, in order">
        {sampling.configured ? (
          <DeciderTable report={report} nowUs={nowUs} />
        ) : (
          <p class="none">Nobody: the Configuration has no tracing section.</p>
        )}
      </Section>
      <Section title="In force per operation">
        <OperationTable sampling={sampling} />
      </Section>
      <Section title="Where spans go">
        <ExporterTable report={report} nowUs={nowUs} />
      </Section>
      <Section title={`What generation ${configuration.generation} changed`}>
        {configuration.lastChange.length === 0 ? (
          <p class="none">
            {configuration.generation === 1
              ? 'It is the first since the sidecar started.'
              : 'No setting differs from the generation before.'}
          </p>
        ) : (
          <ChangeTable changes={configuration.lastChange} />
        )}
      </Section>
    </>
  )
}

const Section = ({ title, children }: { title: string; children: ComponentChildren }) => (
  <section class="page-section">
    <h2>{title}</h2>
    {children}
  </section>
)

function Facts({ report, nowUs }: { report: SidecarReport; nowUs: number }) {
  const { configuration, spans, context } = report
  const { sent, dropped } = spanTotals(report)
  const n = (value: number): string => value.toLocaleString('en')
  return (
    <dl class="fact-cards">
      <Fact name="Generation" note={`since ${formatExact(configuration.sinceUs / 1000)}`}>
        {configuration.generation}, {formatAgo(configuration.sinceUs / 1000, nowUs / 1000)}
      </Fact>
      <Fact name="In force" note={<PlaceName place={policyPlace(report)} />}>
        {policyInWords(report.sampling)}
      </Fact>
      <Fact name="Spans" note={`${n(sent)} sent, ${n(dropped)} dropped`}>
        {n(spans.started)} started, {n(spans.sampled)} sampled, {n(spans.kept)} kept
      </Fact>
      <Fact
        name="Context through the app"
        note={`${n(context.foreignUnsampled)} of ${n(context.foreign)} foreign traces unsampled`}
      >
        {n(context.delivered)} delivered, {n(context.carried)} carried on, {n(context.lost)} lost
      </Fact>
      <Fact name="Files">
        {configuration.files.length === 0 ? 'none' : configuration.files.join(', ')}
      </Fact>
    </dl>
  )
}

const Fact = (props: { name: string; note?: ComponentChildren; children: ComponentChildren }) => (
  <div>
    <dt>{props.name}</dt>
    <dd>{props.children}</dd>
    {props.note !== undefined && <dd class="none">{props.note}</dd>}
  </div>
)

const RELOAD_WORDS = {
  applied: 'was applied',
  unchanged: 'changed nothing',
  rejected: 'was rejected',
} as const

/** Nothing when all is well: what runs stands in `/v1.0/metadata`. */
function ResourceTrouble({
  resources: { lastReload, problems, failed },
}: {
  resources: SidecarReport['resources']
}) {
  const isRejected = lastReload === 'rejected'
  return (
    <>
      {problems.length > 0 && (
        <section class={`page-section reload ${isRejected ? 'rejected' : ''}`}>
          <h2>
            {isRejected
              ? 'The last change of the resources was rejected; those before stay in force'
              : 'The resources are in force, with warnings'}
          </h2>
          <ProblemList problems={problems} />
        </section>
      )}
      {failed.length > 0 && (
        <section class="page-section reload rejected">
          <h2>Components that do not run as they should</h2>
          <ProblemList
            problems={failed.map(({ name, reason, isRunning, file, line }) => ({
              path: `Component ${name}`,
              code: 'COMPONENT_FAILED',
              message: isRunning ? `${reason} (it runs on as before its last change)` : reason,
              file,
              ...(line !== undefined && { line }),
            }))}
          />
        </section>
      )}
    </>
  )
}

function LastReload({ report, nowUs }: { report: SidecarReport; nowUs: number }) {
  const { lastReload, lastReloadUs, problems, generation } = report.configuration
  const isRejected = lastReload === 'rejected'
  if (problems.length === 0 && !isRejected)
    return (
      <p class="hint">
        The last load {RELOAD_WORDS[lastReload]} {formatAgo(lastReloadUs / 1000, nowUs / 1000)},
        without a warning.
      </p>
    )
  return (
    <section class={`page-section reload ${isRejected ? 'rejected' : ''}`}>
      <h2>
        The last change {RELOAD_WORDS[lastReload]} {formatAgo(lastReloadUs / 1000, nowUs / 1000)}
        {isRejected && `; generation ${generation} stays in force`}
      </h2>
      <ProblemList problems={problems} />
    </section>
  )
}
