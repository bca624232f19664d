import type { Labels } from '../../../src/wire/labels.ts'

/** Samples of one series, ascending in time. */
export interface WrittenSeries {
  readonly labels: Labels
  readonly samples: readonly (readonly [timeMs: number, value: number])[]
}

/**
 * Hands samples of past hours to a Prometheus that takes them.
 * @see https://prometheus.io/docs/specs/prw/remote_write_spec/
 */
export async function remoteWrite(url: string, series: readonly WrittenSeries[]): Promise<void> {
  const answer = await fetch(`${url}/api/v1/write`, {
    method: 'POST',
    headers: {
      'Content-Encoding': 'snappy',
      'Content-Type': 'application/x-protobuf',
      'X-Prometheus-Remote-Write-Version': '0.1.0',
    },
    body: new Uint8Array(
      asSnappy(Buffer.concat(series.map((each) => message(1, timeSeries(each))))),
    ),
  })
  if (!answer.ok) throw new Error(`${answer.status}: ${await answer.text()}`)
}

function timeSeries({ labels, samples }: WrittenSeries): Buffer {
  const names = labels.pairs.map(([name, value]) =>
    message(1, Buffer.concat([message(1, Buffer.from(name)), message(2, Buffer.from(value))])),
  )
  // Written by hand: there are tens of millions.
  const bytes = Buffer.allocUnsafe(samples.length * SAMPLE_BYTES)
  let at = 0
  for (const [timeMs, value] of samples) {
    bytes[at] = (2 << 3) | 2
    bytes[at + 1] = SAMPLE_BYTES - 2
    bytes[at + 2] = (1 << 3) | 1
    bytes.writeDoubleLE(value, at + 3)
    bytes[at + 11] = 2 << 3
    let rest = timeMs
    for (let i = 12; i < SAMPLE_BYTES; i++, rest = Math.floor(rest / 0x80))
      bytes[at + i] = (rest % 0x80) | (i === SAMPLE_BYTES - 1 ? 0 : 0x80)
    at += SAMPLE_BYTES
  }
  return Buffer.concat([...names, bytes])
}

/** Tag and length, a tagged double, a tagged time of 6 bytes: until the year 2109. */
const SAMPLE_BYTES = 18

const message = (field: number, bytes: Buffer): Buffer =>
  Buffer.concat([Buffer.from([(field << 3) | 2]), varint(bytes.length), bytes])

function varint(value: number): Buffer {
  const bytes: number[] = []
  for (; value >= 0x80; value = Math.floor(value / 0x80)) bytes.push((value % 0x80) | 0x80)
  return Buffer.from([...bytes, value])
}

/** The format without its compression: one literal. */
function asSnappy(bytes: Buffer): Buffer {
  const literal = Buffer.alloc(5)
  literal[0] = 63 << 2
  literal.writeUInt32LE(bytes.length - 1, 1)
  return Buffer.concat([varint(bytes.length), literal, bytes])
}
