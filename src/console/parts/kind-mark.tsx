import type { ZipkinKind } from '../../wire/zipkin-span.ts'
import { Icon, type IconName } from './icons.tsx'

const MARKS: Readonly<Record<ZipkinKind, { icon: IconName; words: string }>> = {
  CLIENT: { icon: 'out', words: 'CLIENT: calls another service' },
  SERVER: { icon: 'in', words: 'SERVER: answers a call' },
  PRODUCER: { icon: 'produce', words: 'PRODUCER: sends a message' },
  CONSUMER: { icon: 'consume', words: 'CONSUMER: receives a message' },
}

export function KindMark({ kind }: { kind: ZipkinKind | undefined }) {
  const mark = kind === undefined ? undefined : MARKS[kind]
  return (
    <span class="kind" title={mark?.words ?? 'Local work'}>
      <Icon name={mark?.icon ?? 'local'} />
    </span>
  )
}
