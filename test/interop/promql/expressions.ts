/** What dashboards ask. */
export const DASHBOARD_EXPRESSIONS: readonly string[] = [
  'sum(rate(requests_total[1m]))',
  'sum by (app) (rate(requests_total[5m]))',
  'sum(rate(requests_total{code=~"5.."}[5m])) / sum(rate(requests_total[5m]))',
  'sum by (app) (rate(requests_total{code="500"}[5m])) / on (app) sum by (app) (rate(requests_total[5m])) > 0.05',
  '100 * (1 - sum(increase(requests_total{code!="200"}[10m])) / sum(increase(requests_total[10m])))',
  'histogram_quantile(0.99, sum by (le) (rate(latency_bucket[5m])))',
  'histogram_quantile(0.5, sum by (le, app) (rate(latency_bucket[2m])))',
  'topk(2, sum by (app) (memory_bytes))',
  'bottomk(1, memory_bytes)',
  'max by (app) (memory_bytes) / 1024 / 1024',
  'avg_over_time(up[10m]) < 0.95',
  'count(up == 1) or vector(0)',
  'absent(up{app="nosuch"})',
  'requests_total * on (app) group_left (version) build_info',
  'changes(up[5m]) > 2',
  'resets(requests_total[30m])',
  'irate(requests_total{app="cart"}[1m])',
  'deriv(memory_bytes[10m])',
  'delta(temperature[5m])',
  'rate(requests_total[5m]) - rate(requests_total[5m] offset 10m)',
  'label_replace(up, "team", "$1-team", "app", "(.).*")',
  'sort_desc(sum by (zone) (memory_bytes))',
  'sum(latency_bucket{le="1.0"}) / ignoring (le) sum(latency_bucket{le="+Inf"})',
  'quantile(0.9, memory_bytes)',
  'time() - timestamp(up)',
  'clamp_max(temperature, 10) and on (app) up == 1',
  '-2 ^ 2 + scalar(sum(up))',
  'quantile_over_time(0.95, temperature[15m])',
  'stddev_over_time(odd{kind="zero"}[5m])',
  'sum_over_time(odd[3m])',
  'max_over_time(odd[3m])',
  'min(odd) + max(odd)',
  'avg(odd)',
  'up @ 1767228000 + up @ end()',
  'memory_bytes offset -5m',
  '{app="cart", __name__=~"up|temperature"}',
  'rate({app="cart", __name__=~"up|temperature"}[5m])',
  'up / on (app) requests_total',
  'requests_total + on (app) build_info',
  'requests_total * on (app) group_right () build_info',
  'memory_bytes unless on (app) (up == 0)',
  'last_over_time(memory_bytes[20m])',
  'label_join(build_info, "full", "/", "app", "version")',
  'group by (version) (build_info)',
  'odd > 0',
  'odd == odd',
  'odd != bool odd',
  '1 / odd',
  'present_over_time(memory_bytes[1m])',
  'absent_over_time(memory_bytes{zone="a"}[1m])',
]

/** Makes an expression of the subset. */
export function randomExpression(random: () => number): string {
  const one = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T
  const range = () => one(['30s', '1m', '3m', '5m', '10m', '25m'])
  const moved = () => one(['', '', '', ' offset 4m', ' offset -3m', ' @ 1767227001', ' @ start()'])
  const grouping = () =>
    one(['', ' by (app)', ' by (app, zone)', ' without (code)', ' without (app)'])
  const number = () =>
    one(['2', '0.3717', '-1.25', '1e3', '(time() / 1e9)', 'scalar(up{app="cart"})'])

  const gauge = () =>
    one(['memory_bytes', 'temperature', 'up', 'odd', 'build_info', 'memory_bytes{zone="a"}'])
  const counter = () =>
    one([
      'requests_total',
      'requests_total{code="200"}',
      'requests_total{code=~"4..|500"}',
      'latency_bucket{app!="cart"}',
    ])
  const selected = () => `${one([gauge, counter])()}${moved()}`
  const ranged = () => {
    const name = one([
      'avg_over_time',
      'min_over_time',
      'max_over_time',
      'sum_over_time',
      'count_over_time',
      'last_over_time',
      'stddev_over_time',
      'present_over_time',
      'changes',
      'resets',
      'delta',
      'idelta',
      'deriv',
    ])
    return `${name}(${gauge()}[${range()}]${moved()})`
  }
  const rated = () => `${one(['rate', 'increase', 'irate'])}(${counter()}[${range()}]${moved()})`
  const quantiled = () =>
    one([
      () => `quantile_over_time(${one(['0.1', '0.5', '0.93'])}, ${gauge()}[${range()}])`,
      () =>
        `histogram_quantile(${one(['0.25', '0.9', '0.99'])}, sum by (le${one(['', ', app'])}) (rate(latency_bucket[${range()}])))`,
    ])()
  /** Jumps: only on what is exact. */
  const stepped = () => `${one(['ceil', 'floor', 'sgn', 'abs'])}(${selected()})${one(['', ' % 7'])}`

  const vector = (depth: number): string => {
    if (depth === 0) return one([selected, ranged, rated, rated, quantiled, stepped])()
    const inner = () => vector(depth - 1)
    return one([
      () => inner(),
      () => `${one(['sum', 'avg', 'min', 'max', 'count', 'group'])}${grouping()} (${inner()})`,
      // Of one value that is no number 2.42 says 0.
      () => `stddev${grouping()} (${rated()})`,
      () => `quantile${grouping()} (0.7, ${inner()})`,
      () => `(${inner()}) ${one(['+', '-', '*', '/'])} ${number()}`,
      () => `${number()} ${one(['+', '-', '*', '/'])} (${inner()})`,
      () => `(${inner()}) ${one(['>', '<', '>=', '<='])} ${one(['', 'bool '])}${number()}`,
      () =>
        `sum by (app) (${inner()}) ${one(['+', '-', '*', '/'])} ${one(['', 'on (app) ', 'ignoring (zone) '])}max by (app) (${inner()})`,
      () => `(${inner()}) * on (app) group_left (version) build_info`,
      () => `build_info + on (app) group_right () (${inner()})`,
      () => `(${inner()}) ${one(['and', 'or', 'unless'])} ${one(['', 'on (app) '])}(${inner()})`,
      () => `-(${inner()})`,
      () => `clamp(${inner()}, -5, 1e4)`,
      () => `${one(['sqrt', 'exp', 'ln', 'log2', 'log10'])}(${inner()})`,
      () => `label_replace(${inner()}, "first", "$1", "app", "(.).*")`,
      () => `sort(${inner()})`,
    ])()
  }
  return vector(Math.floor(random() * 4))
}
