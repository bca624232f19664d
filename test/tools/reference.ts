/**
 * Makes docs/reference.md of the tables in the code. `npm run docs` writes it; a test holds it to the code.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Flag } from '../../src/cli/flags.ts'
import {
  backendFlags,
  configValidateFlags,
  configWhatIfFlags,
  dashboardFlags,
  dashboardsBuildFlags,
  doctorFlags,
  environment,
  initFlags,
  injectorEnvironment,
  injectorFlags,
  kubeListFlags,
  logsFlags,
  operatorEnvironment,
  operatorFlags,
  runFlags,
  sidecarFlags,
  tracesFlags,
  tuneFlags,
  uninstallFlags,
  upgradeFlags,
} from '../../src/cli/settings.ts'
import { resourceFields } from '../../src/resources/index.ts'
import { drivers as blocks, driversOf } from '../../src/sidecar/components/blocks.ts'
import type { MetricDefinition } from '../../src/telemetry/index.ts'
import {
  attributes,
  backendCatalogue,
  injectorCatalogue,
  operatorCatalogue,
  sidecarCatalogue,
} from '../../src/telemetry/index.ts'
import {
  bodyCodeOf,
  type ErrorCode,
  type ErrorName,
  errorCodes,
} from '../../src/wire/error-codes.ts'

export const REFERENCE = fileURLToPath(new URL('../../docs/reference.md', import.meta.url))

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ')
const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((row) => `| ${row.map(cell).join(' | ')} |`).join('\n')

const flagTable = (flags: readonly Flag[]): string =>
  table(
    ['flag', 'type', 'default', 'meaning'],
    flags
      .filter(({ deprecated }) => deprecated === undefined)
      .map(({ name, short, type, default: fallback, doc, noEffect }) => [
        `\`--${name}\`${short === undefined ? '' : `, \`-${short}\``}`,
        type,
        fallback === undefined || fallback === '' ? '' : `\`${fallback}\``,
        noEffect === undefined ? doc : `${doc}; accepted without effect: ${noEffect}`,
      ]),
  )

const metricTable = (metrics: readonly MetricDefinition[]): string =>
  table(
    ['metric', 'type', 'labels', 'meaning', 'name from'],
    metrics.map(({ name, type, labels, help, compat }) => [
      `\`${name}\``,
      type,
      labels.map((label) => `\`${label}\``).join(' '),
      help,
      compat === true ? 'Dapr' : 'Sidelight',
    ]),
  )

const fieldTable = (kind: Parameters<typeof resourceFields>[0]): string =>
  table(
    ['field', 'type', 'default', 'meaning'],
    resourceFields(kind).map(({ path, type, default: fallback, required, doc }) => [
      `\`${path}\``,
      type,
      required ? 'needed' : fallback === '' ? '' : `\`${fallback}\``,
      doc,
    ]),
  )

/** A sample of all building blocks, without the remarks above it. */
function sample(file: string, name: string): string {
  const text = readFileSync(new URL(`../../configurations/blocks/${file}`, import.meta.url), 'utf8')
  const found = text.split('---\n').find((each) => each.includes(`metadata: { name: ${name} }`))
  if (found === undefined) throw new Error(`${file} has no ${name}`)
  return `\`\`\`yaml\n${found.replace(/^#.*\n/gm, '')}\`\`\``
}

const drivers = await Promise.all(
  Object.keys(blocks).flatMap((block) =>
    Object.values(driversOf(block)).map((entry) => entry.load()),
  ),
)

const driverSection = ({ type, versions, doc, settings }: (typeof drivers)[number]): string => {
  const rows = Object.entries(settings).map(
    ([
      name,
      {
        doc: { type, description, ...rest },
      },
    ]) => [
      `\`${name}\``,
      type,
      rest.required ? 'needed' : rest.fallback === undefined ? '' : `\`${rest.fallback}\``,
      rest.secret ? `${description} Secret: refer to it by secretKeyRef.` : description,
    ],
  )
  const head = `### \`${type}\` ${versions.join(', ')}\n${doc}`
  return rows.length === 0
    ? head
    : `${head}\n\n${table(['setting', 'type', 'default', 'meaning'], rows)}`
}

export const renderReference = (): string => `# Reference

Made of the tables in the code by \`npm run docs\`; do not edit.

## Flags of \`sidelight sidecar\`
${flagTable(sidecarFlags)}

## Flags of \`sidelight run\` and \`sidelight up\`
${flagTable(runFlags)}

## Flags of \`sidelight backend\`
${flagTable(backendFlags)}

## Flags of \`sidelight doctor\`
${flagTable(doctorFlags)}

## Flags of \`sidelight traces\`
${flagTable(tracesFlags)}

## Flags of \`sidelight tune\`
${flagTable(tuneFlags)}

## Flags of \`sidelight config validate\`
${flagTable(configValidateFlags)}

## Flags of \`sidelight config what-if\`
${flagTable(configWhatIfFlags)}

## Flags of \`sidelight dashboards build\`
${flagTable(dashboardsBuildFlags)}

## Flags of \`sidelight init -k\`
${flagTable(initFlags)}

## Flags of \`sidelight upgrade -k\`
${flagTable(upgradeFlags)}

## Flags of \`sidelight uninstall -k\`
${flagTable(uninstallFlags)}

## Flags of \`sidelight dashboard\`
${flagTable(dashboardFlags)}

## Flags of \`sidelight logs -k\`
${flagTable(logsFlags)}

## Flags of \`sidelight status -k\`, \`components -k\`, \`configurations -k\`
${flagTable(kubeListFlags)}

## Flags of \`sidelight operator\`
${flagTable(operatorFlags)}

${table(
  ['variable', 'meaning'],
  operatorEnvironment.map(({ name, doc }) => [`\`${name}\``, doc]),
)}

## Flags of \`sidelight injector\`
${flagTable(injectorFlags)}

${table(
  ['variable', 'meaning'],
  injectorEnvironment.map(({ name, doc }) => [`\`${name}\``, doc]),
)}

## Fields of a Configuration
\`dapr.io/v1alpha1\`, kind Configuration. In force are \`tracing\`, \`metric\`, \`metrics\`, \`logging\`, \`api\`, \`secrets\`, \`httpPipeline\`, \`appHttpPipeline\` and \`accessControl.defaultAction\`; of the rest the form is checked.

${fieldTable('Configuration')}

## Fields of a Component
\`dapr.io/v1alpha1\`, kind Component, in the directories of \`--resources-path\`. Of one setting, \`value\`, \`secretKeyRef\` or \`envRef\` is given.

${sample('components.yaml', 'tick')}

${fieldTable('Component')}

## Fields of a Subscription
\`dapr.io/v2alpha1\` with \`routes\`, or \`dapr.io/v1alpha1\` with one \`route\` in their place; kind Subscription, in the directories of \`--resources-path\`.

${sample('subscription.yaml', 'orders')}

${fieldTable('Subscription')}

## Fields of a Resiliency
\`dapr.io/v1alpha1\`, kind Resiliency, in the directories of \`--resources-path\`. Names of fields are matched in any case. A target that is
not named has the policies that are called \`DefaultAppRetryPolicy\`, \`DefaultComponentOutboundTimeoutPolicy\`, \`DefaultTimeoutPolicy\` and so on,
the narrowest of each kind. \`DaprBuiltInServiceRetries\` is for a peer that cannot be reached, where no target names the app.

${sample('resiliency.yaml', 'tour')}

${fieldTable('Resiliency')}

## Fields of an HTTPEndpoint
\`dapr.io/v1alpha1\`, kind HTTPEndpoint, in the directories of \`--resources-path\`. Its form is checked; calls do not use it yet.

${fieldTable('HTTPEndpoint')}

## Components
Names of settings are matched in any case; those
that a driver does not have are passed over, as in Dapr; \`sidelight config validate\` names them. \`keyPrefix\` (appid, name, namespace, none, or a text) holds for every
state store and every lock store; \`primaryEncryptionKey\` and \`secondaryEncryptionKey\` (an AES key in hexadecimal digits, by secretKeyRef)
for every state store: values are then encrypted in daprd's form, and the second key opens what was written before the keys were changed.
\`auth.secretStore\` names the component in which \`secretKeyRef\` is looked up; without it, files under \`SIDELIGHT_HOME/secrets\`.

${drivers.map(driverSection).join('\n\n')}

## Environment
${table(
  ['variable', 'meaning'],
  environment.map(({ name, doc }) => [`\`${name}\``, doc]),
)}

## Errors of the API
The body is \`{"errorCode":"…","message":"…"}\`, with \`details\` where daprd has them.

${table(
  ['errorCode', 'HTTP', 'gRPC', 'message', 'from'],
  (Object.entries(errorCodes) as [ErrorName, ErrorCode][]).map(([name, entry]) => [
    `\`${bodyCodeOf(name)}\``,
    String(entry.status),
    entry.grpc,
    entry.template,
    entry.own === true ? 'Sidelight' : 'Dapr',
  ]),
)}

## Metrics of a sidecar
Besides these, \`process_*\` and \`nodejs_*\` of the process.

${metricTable(sidecarCatalogue)}

## Metrics of the backend
${metricTable(backendCatalogue)}

## Metrics of the operator
${metricTable(operatorCatalogue)}

## Metrics of the injector
${metricTable(injectorCatalogue)}

## Attributes of spans
Every request header that starts with \`dapr-\` is an attribute too, except \`dapr-api-token\` and \`dapr-app-api-token\`.

${table(
  ['attribute'],
  Object.values(attributes).map((name) => [`\`${name}\``]),
)}
`

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(REFERENCE, renderReference())
