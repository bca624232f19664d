/** What each folder may import besides itself; a type import counts. The picture is in CONTRIBUTING.md. */
const LOWER = [
  'base',
  'wire',
  'telemetry',
  'resources',
  'net',
  'policy',
  'adapters',
  'components',
] as const
const CONTROL = [
  'control/operator',
  'control/injector',
  'control/sentry',
  'control/placement',
] as const

export const floorPlan: Readonly<Record<string, readonly string[]>> = {
  base: [],
  wire: ['base'],
  telemetry: ['base', 'wire'],
  resources: ['base', 'wire'],
  net: ['base', 'wire', 'telemetry'],
  kube: ['base', 'wire', 'net'],
  policy: ['base', 'wire', 'telemetry', 'resources'],
  adapters: ['base', 'wire', 'telemetry', 'net', 'dashboards'],
  components: ['base', 'wire', 'telemetry', 'resources', 'net'],
  'middleware/carry': ['base', 'wire', 'middleware/http'],
  'middleware/http': [],
  'middleware/express': ['wire', 'middleware/carry', 'middleware/http'],
  'middleware/register': ['wire', 'telemetry', 'middleware/carry', 'middleware/http'],
  console: ['base', 'wire', 'dashboards'],
  dashboards: ['base', 'telemetry'],
  // The Kubernetes client costs 69 MB at import: never in a sidecar or the backend.
  sidecar: LOWER,
  backend: [...LOWER, 'dashboards'],
  ...Object.fromEntries(CONTROL.map((service) => [service, [...LOWER, 'kube']])),
  local: [...LOWER, 'sidecar', 'backend', ...CONTROL],
  cli: [...LOWER, 'dashboards', 'kube', 'sidecar', 'backend', 'local', ...CONTROL],
}

/** Separate programs and libraries: they meet on the wire, and each explains itself in a README. */
export const wings: readonly string[] = [
  'sidecar',
  'backend',
  'console',
  'middleware/carry',
  'middleware/register',
  'middleware/express',
  'local',
  'cli',
  ...CONTROL,
]

/** Entered file by file, and free of Node. */
export const openFolders: readonly string[] = ['base', 'wire']

/** Have no runtime dependency. */
export const withoutPackages: readonly string[] = ['base', 'wire', 'telemetry', 'middleware/carry']

/** Every subfolder of these is a house of its own, with its own door. */
export const terraces: readonly string[] = ['adapters', 'components', 'control', 'middleware']

export interface BannedGlobal {
  readonly name: string
  /** Looked for in code without comments and strings. */
  readonly pattern: RegExp
  /** Paths, or folders with a `/` at the end, where it is at home. */
  readonly homes: readonly string[]
  readonly reason: string
}

export const bannedGlobals: readonly BannedGlobal[] = [
  {
    name: 'Date.now() and new Date()',
    pattern: /(?<![\w$.])(?:Date\.now\b|new\s+Date\s*\(\s*\)|new\s+Date(?!\s*\(|[\w$]))/g,
    homes: ['src/base/clock.ts'],
    reason: 'time is handed in so that tests can hold it: take a Clock',
  },
  {
    name: 'Math.random()',
    pattern: /(?<![\w$.])Math\.random\b/g,
    homes: [],
    reason:
      'chance is handed in, and ids come from a CSPRNG: take an IdSource or a random function',
  },
  {
    name: 'process',
    pattern: /(?<![\w$.'"-])process\b(?!\s*[:(])/g,
    // Middleware and test kit are guests in other people's processes: they read what these are.
    homes: ['src/cli/', 'src/local/shop/', 'src/local/testing/', 'src/middleware/'],
    reason:
      'argv, environment and signals are read in src/cli only: take what you need as a parameter',
  },
  {
    name: 'console',
    pattern: /(?<![\w$.])console\s*\.\s*\w/g,
    homes: ['src/cli/', 'src/local/shop/'],
    reason: 'programs write through the Logger they are given',
  },
  {
    name: 'fetch',
    pattern: /(?<![\w$.])(?:globalThis\.)?fetch\s*\(/g,
    homes: ['src/console/', 'src/local/shop/', 'src/local/testing/'],
    reason:
      'outgoing calls go through src/net, where they are bounded and traced or untraced on purpose',
  },
  {
    name: 'DisposableStack',
    pattern: /(?<![\w$.])(?:Async)?DisposableStack\b/g,
    homes: [],
    reason:
      'Node 20 and 22 have none, whatever the compiler says: keep a list and end it in reverse',
  },
]
