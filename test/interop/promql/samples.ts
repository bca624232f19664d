/** Seeded: the same numbers in every run. */
export function seededRandom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), state | 1)
    t = (t + Math.imul(t ^ (t >>> 7), t | 61)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}

/** 2026-01-01T00:00:00Z, where a block of Prometheus begins. */
export const START_SECONDS = 1_767_225_600
export const SCRAPES = 240
const INTERVAL_SECONDS = 15

interface Family {
  readonly name: string
  readonly series: readonly (readonly [labels: string, value: (i: number) => number | undefined])[]
}

/**
 * An hour of scrapes. No sample lies on a whole second, so that ranges that are open on the left (Prometheus 3) and
 * closed (2.42) hold the same. Counters with gaps start high and never fall: how far a rate reaches towards zero
 * behind a gap is where the two versions differ.
 */
export function scriptedSamples(seed: number): string {
  const random = seededRandom(seed)
  const times = Array.from(
    { length: SCRAPES },
    (_, i) => START_SECONDS + i * INTERVAL_SECONDS + (1 + Math.floor(random() * 400)) / 1_000,
  )
  const lines: string[] = []
  for (const { name, series } of families(random)) {
    lines.push(`# TYPE ${name.replace(/_total$/, '')} unknown`)
    for (const [labels, value] of series)
      times.forEach((time, i) => {
        const number = value(i)
        if (number !== undefined)
          lines.push(`${name}{${labels}} ${formatNumber(number)} ${time.toFixed(3)}`)
      })
  }
  return `${lines.join('\n')}\n# EOF\n`
}

const formatNumber = (value: number): string =>
  Number.isFinite(value) ? String(value) : Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf'

function families(random: () => number): Family[] {
  const apps = ['cart', 'orders', 'stock']
  const upTo = (n: number) => Math.floor(random() * n)
  const counter = (start: number, most: number, resetAt = Number.POSITIVE_INFINITY) => {
    let total = start
    return (i: number) => {
      total = i === resetAt ? upTo(5) : total + upTo(most)
      return total
    }
  }
  const withGap = (from: number, length: number, value: (i: number) => number) => (i: number) => {
    const number = value(i)
    return i >= from && i < from + length ? undefined : number
  }
  return [
    {
      name: 'requests_total',
      series: apps.flatMap((app) =>
        ['200', '404', '500'].map((code, i) => {
          const resetAt = code === '404' ? 90 + upTo(60) : undefined
          const count = counter(100_000 + upTo(50_000), 40 / (i + 1), resetAt)
          return [
            `app="${app}",code="${code}"`,
            code === '500' ? withGap(100 + upTo(50), 35, count) : count,
          ] as const
        }),
      ),
    },
    {
      name: 'latency_bucket',
      series: apps.flatMap((app) => {
        const bounds = ['0.1', '0.5', '1.0', '5.0', '+Inf']
        const counts = bounds.map((_, i) => 10_000 * (i + 1))
        return bounds.map((le, b) => [
          `app="${app}",le="${le}"`,
          () => {
            // Asked scrape by scrape of one bucket: sums stay in order because each has a rate of its own.
            counts[b] = (counts[b] as number) + 3 * (b + 1) + upTo(3)
            return counts[b]
          },
        ])
      }),
    },
    {
      name: 'memory_bytes',
      series: apps.flatMap((app) =>
        ['a', 'b'].map((zone) => {
          let value = random() * 1e8
          const walk = () => {
            value += (random() - 0.5) * 1e6
            return value
          }
          return [`app="${app}",zone="${zone}"`, withGap(60 + upTo(90), upTo(50), walk)] as const
        }),
      ),
    },
    {
      name: 'temperature',
      series: apps.map((app) => [`app="${app}"`, (i) => Math.sin(i / 7 + app.length) * 20]),
    },
    {
      name: 'up',
      series: apps.map((app) => [`app="${app}",job="sidelight"`, () => Number(random() > 0.1)]),
    },
    {
      name: 'odd',
      series: [
        ['kind="nan"', (i) => (i % 5 === 0 ? Number.NaN : i)],
        ['kind="inf"', (i) => (i % 7 === 0 ? Number.POSITIVE_INFINITY : -i)],
        ['kind="zero"', () => 0],
      ],
    },
    {
      name: 'build_info',
      series: apps.map((app, i) => [`app="${app}",version="1.${i}"`, () => 1]),
    },
  ]
}
