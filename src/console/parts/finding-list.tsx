import type { Finding } from '../../wire/diagnosis.ts'
import { Icon } from './icons.tsx'
import { PlaceName } from './place.tsx'

const SEVERITIES = {
  error: { icon: 'error', words: 'Error' },
  warning: { icon: 'warning', words: 'Warning' },
  info: { icon: 'info', words: 'Note' },
} as const

/** What the doctor found, each with its cure and who set it. */
export function FindingList({ findings }: { findings: readonly Finding[] }) {
  return (
    <ul class="findings">
      {findings.map((finding) => {
        const { icon, words } = SEVERITIES[finding.severity]
        return (
          <li key={`${finding.code} ${finding.title}`} class={finding.severity}>
            <Icon name={icon} label={words} />
            <div>
              <p class="finding-title">
                {finding.title} <code title="Name of this finding">{finding.code}</code>
              </p>
              {finding.detail !== '' && <p class="finding-detail">{finding.detail}</p>}
              {finding.cure !== '' && (
                <p>
                  <b>Cure:</b> {finding.cure}
                </p>
              )}
              {finding.source !== undefined && (
                <p>
                  Set in <PlaceName place={finding.source} isWhole />
                </p>
              )}
            </div>
          </li>
        )
      })}
    </ul>
  )
}
