import type { ExporterReport } from '../../wire/sidecar-report.ts'
import { exporterHealth } from '../model/sidecars.ts'
import { Icon } from './icons.tsx'

const WORDS = { up: 'reached', down: 'not reached', untried: 'nothing sent yet' } as const
const ICONS = { up: 'check', down: 'error', untried: 'local' } as const

/** `zipkin reached`, with a picture, so that nobody depends on its colour. */
export function ExporterState({ exporter }: { exporter: ExporterReport }) {
  const health = exporterHealth(exporter)
  return (
    <span
      class={`exporter-state ${health === 'down' ? 'bad' : ''}`}
      title={health === 'down' ? exporter.lastError : exporter.endpoint}
    >
      <Icon name={ICONS[health]} />
      {exporter.name} {WORDS[health]}
    </span>
  )
}
