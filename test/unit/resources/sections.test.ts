import assert from 'node:assert/strict'
import { accepted, parsed, problemOf, spec } from './problem-of.ts'

/** Lines under `spec`, then the one problem. */
const refusals: readonly (readonly [line: string, path: string, code: string, cure: RegExp])[] = [
  ['metric: { enabled: "yes" }', 'metric.enabled', 'FIELD_INVALID', /without quotes/],
  [
    'metrics: { latencyDistributionBuckets: [5, 2, 2] }',
    ...(['metrics.latencyDistributionBuckets', 'BUCKETS_UNSORTED', /write \[2, 5\]/] as const),
  ],
  [
    'metric: { latencyDistributionBuckets: [0.5] }',
    ...(['metric.latencyDistributionBuckets.0', 'NUMBER_INVALID', /whole number/] as const),
  ],
  [
    'metric: { http: { pathMatching: ["GET /orders"] } }',
    ...(['metric.http.pathMatching.0', 'PATTERN_INVALID', /leave the method out/] as const),
  ],
  [
    'metric: { http: { pathMatching: ["/a{id}"] } }',
    ...(['metric.http.pathMatching.0', 'PATTERN_INVALID', /whole segment/] as const),
  ],
  [
    'metric: { http: { pathMatching: ["/a/{id}", "a//{x}"] } }',
    ...(['metric.http.pathMatching.1', 'PATTERN_CONFLICT', /^\/a\/{id} matches some/] as const),
  ],
  [
    'metric: { http: { pathMatching: ["/a/{x}", /c, "/{y}/b"] } }',
    ...(['metric.http.pathMatching.2', 'PATTERN_CONFLICT', /^\/a\/{x} matches some/] as const),
  ],
  [
    'metric: { http: { pathMatching: [/a, "/v1.0/invoke/{app}/method/a"] } }',
    ...(['metric.http.pathMatching.1', 'PATTERN_CONFLICT', /^\/a matches some/] as const),
  ],
  [
    'metric: { http: { pathMatching: ["/{x}/{x}"] } }',
    ...(['metric.http.pathMatching.0', 'PATTERN_INVALID', /stands for two segments/] as const),
  ],
  ['metric: { rules: [{ labels: [] }] }', 'metric.rules.0.name', 'FIELD_INVALID', /is needed/],
  [
    'metric: { rules: [{ name: a, labels: [{ name: b, regex: { x: "(" } }] }] }',
    ...(['metric.rules.0.labels.0.regex.x', 'REGEX_INVALID', /not a regular expression/] as const),
  ],
  [
    'metrics: { rules: [{ name: a, labels: [{ name: b, regex: { x: "a(?=b)" } }] }] }',
    ...(['metrics.rules.0.labels.0.regex.x', 'REGEX_INVALID', /neither look-around/] as const),
  ],
  [
    'metric: { rules: [{ name: a, labels: [{ name: b, regex: { "$1x": "(a)" } }] }] }',
    ...(['metric.rules.0.labels.0.regex.$1x', 'REPLACEMENT_INVALID', /write \$\{1\}x/] as const),
  ],
  [
    'metric: { workflow: { latencyDistributionUnits: 1 } }',
    ...(['metric.workflow.latencyDistributionUnits', 'DURATION_INVALID', /10s/] as const),
  ],
  [
    'accessControl: { defaultAction: maybe }',
    'accessControl.defaultAction',
    'VALUE_UNKNOWN',
    /allow or deny/,
  ],
  [
    'accessControl: { policies: [{}] }',
    'accessControl.policies.0.appId',
    'FIELD_INVALID',
    /needed/,
  ],
  [
    'accessControl: { policies: [{ appId: a, operations: [{ name: /b }] }] }',
    ...(['accessControl.policies.0.operations.0.action', 'FIELD_INVALID', /needed/] as const),
  ],
  [
    'accessControl: { policies: [{ appId: a, operations: [{ name: /b, action: deny, httpVerb: [1] }] }] }',
    ...([
      'accessControl.policies.0.operations.0.httpVerb.0',
      'FIELD_INVALID',
      /GET is needed/,
    ] as const),
  ],
  ['api: { allowed: [{ name: state }] }', 'api.allowed.0.version', 'FIELD_INVALID', /needed/],
  [
    'api: { denied: [{ name: state, version: v1, protocol: ftp }] }',
    ...(['api.denied.0.protocol', 'VALUE_UNKNOWN', /http or grpc/] as const),
  ],
  [
    'secrets: { scopes: [{ storeName: s }, { storeName: s }] }',
    ...(['secrets.scopes.1.storeName', 'NAME_TWICE', /join the two/] as const),
  ],
  [
    'secrets: { scopes: [{ storeName: s, defaultAccess: none }] }',
    ...(['secrets.scopes.0.defaultAccess', 'VALUE_UNKNOWN', /allow or deny/] as const),
  ],
  ['logging: { apiLogging: true }', 'logging.apiLogging', 'FIELD_INVALID', /fields are needed/],
  ['features: [{ name: HotReload }]', 'features.0.enabled', 'FIELD_INVALID', /needed/],
  [
    'httpPipeline: { handlers: [{ name: a }] }',
    'httpPipeline.handlers.0.type',
    'FIELD_INVALID',
    /needed/,
  ],
  [
    'appHttpPipeline: { handlers: [{ name: a, type: b, selector: { fields: [{ field: c }] } }] }',
    ...(['appHttpPipeline.handlers.0.selector.fields.0.value', 'FIELD_INVALID', /needed/] as const),
  ],
  ['nameResolution: {}', 'nameResolution.component', 'FIELD_INVALID', /needed/],
  ['mtls: { workloadCertTTL: 1d }', 'mtls.workloadCertTTL', 'DURATION_INVALID', /1h30m/],
  [
    'mtls: { tokenValidators: [{ name: x }] }',
    'mtls.tokenValidators.0.name',
    'VALUE_UNKNOWN',
    /jwks/,
  ],
  [
    'workflow: { maxConcurrentWorkflowInvocations: 1.5 }',
    ...(['workflow.maxConcurrentWorkflowInvocations', 'NUMBER_INVALID', /whole/] as const),
  ],
  [
    'workflow: { stateRetentionPolicy: { failed: never } }',
    ...(['workflow.stateRetentionPolicy.failed', 'DURATION_INVALID', /10s/] as const),
  ],
  ['wasm: { strictSandbox: 1 }', 'wasm.strictSandbox', 'FIELD_INVALID', /without quotes/],
  ['components: { deny: x }', 'components.deny', 'FIELD_INVALID', /a list is needed/],
  ['tracing: 5', 'tracing', 'FIELD_INVALID', /fields are needed/],
]

describe('the sections of a Configuration [observability 2.2]', () => {
  for (const [line, path, code, cure] of refusals)
    test(`refuse ${line}`, async () => {
      const problem = await problemOf(spec(line))
      assert.deepEqual([problem.path, problem.code, problem.line], [`spec.${path}`, code, 3])
      assert.match(problem.message, cure)
    })

  test('are read whole', async () => {
    const { metric, ...sections } = await accepted(
      spec(
        'accessControl:',
        '  defaultAction: Deny',
        '  policies: [{ appId: a, operations: [{ name: /b, action: allow, httpVerb: [get, "*"] }] }]',
        'api: { allowed: [{ name: state, version: v1.0, protocol: HTTP }] }',
        'components: { deny: [state.redis] }',
        'features: [{ name: HotReload, enabled: false }]',
        'httpPipeline: { handlers: [{ name: a, type: middleware.http.x }] }',
        'logging: { apiLogging: { enabled: true, obfuscateURLs: true } }',
        'metric: { enabled: false, rules: [], workflow: { latencyDistributionUnits: 1s } }',
        'mtls: { enabled: true, allowedClockSkew: 15m, tokenValidators: [{ name: jwks, options: { a: 1 } }] }',
        'nameResolution: { component: sqlite, configuration: { a: [1] } }',
        'secrets: { scopes: [{ storeName: s, defaultAccess: deny, allowedSecrets: [a] }] }',
        'wasm: { strictSandbox: true }',
        'workflow: { maxConcurrentWorkflowInvocations: -1, stateRetentionPolicy: { failed: 1h } }',
      ),
    )
    assert.deepEqual(metric, {
      enabled: false,
      rules: [],
      workflow: { latencyDistributionUnits: 1_000 },
    })
    assert.deepEqual(sections, {
      name: undefined,
      tracing: undefined,
      accessControl: {
        defaultAction: 'deny',
        policies: [
          { appId: 'a', operations: [{ name: '/b', action: 'allow', httpVerb: ['GET', '*'] }] },
        ],
      },
      api: { allowed: [{ name: 'state', version: 'v1.0', protocol: 'http' }] },
      components: { deny: ['state.redis'] },
      features: [{ name: 'HotReload', enabled: false }],
      httpPipeline: { handlers: [{ name: 'a', type: 'middleware.http.x' }] },
      logging: { apiLogging: { enabled: true, obfuscateURLs: true } },
      mtls: {
        enabled: true,
        allowedClockSkew: 900_000,
        tokenValidators: [{ name: 'jwks', options: { a: 1 } }],
      },
      nameResolution: { component: 'sqlite', configuration: { a: [1] } },
      secrets: { scopes: [{ storeName: 's', defaultAccess: 'deny', allowedSecrets: ['a'] }] },
      wasm: { strictSandbox: true },
      workflow: {
        maxConcurrentWorkflowInvocations: -1,
        stateRetentionPolicy: { failed: 3_600_000 },
      },
    })
  })

  test('metrics override metric field by field [observability 2.3]', async () => {
    const replacement = '/x/$' + '{1}'
    const rule = `[{ name: a, labels: [{ name: b, regex: { "${replacement}": "^/x/(.+)$" } }] }]`
    const { metric } = await accepted(
      spec(
        `metric: { enabled: true, recordErrorCodes: true, rules: ${rule}, http: { excludeVerbs: true } }`,
        'metrics: { enabled: false, rules: [], http: { increasedCardinality: false } }',
      ),
    )
    assert.deepEqual(metric, {
      enabled: false,
      recordErrorCodes: true,
      rules: [{ name: 'a', labels: [{ name: 'b', regex: { [replacement]: '^/x/(.+)$' } }] }],
      http: { increasedCardinality: false },
    })
  })

  test('warn of names that nothing has', async () => {
    const { warnings } = await parsed(
      spec(
        'api: { denied: [{ name: invok, version: v2, protocol: http }] }',
        'features: [{ name: HotReloads, enabled: true }, { name: Quite.Another, enabled: true }]',
        'metric: { enabled: true, latencyBuckets: [1] }',
        'nameResolution: { component: x, configuration: { whatever: 1 } }',
      ),
    )
    assert.deepEqual(
      warnings.map(({ path, code, severity }) => `${path} ${code} ${severity}`),
      [
        'spec.api.denied.0.name NAME_UNKNOWN warning',
        'spec.api.denied.0.version NAME_UNKNOWN warning',
        'spec.features.0.name NAME_UNKNOWN warning',
        'spec.metric.latencyBuckets FIELD_UNKNOWN warning',
      ],
    )
    assert.match(warnings[0]?.message ?? '', /did you mean invoke\?/)
  })

  test('keep secrets out of messages', async () => {
    for (const line of [
      'mtls: { tokenValidators: [{ name: jwks, optoins: { a: 1 }, secret: hunter2 }] }',
      'nameResolution: { component: x, passwort: 1, apiToken: hunter2 }',
    ]) {
      const { warnings } = await parsed(spec(line))
      assert.ok(warnings.length >= 2)
      assert.doesNotMatch(JSON.stringify(warnings), /hunter2/)
    }
  })

  test('stay cheap and short-spoken, whatever stands there', async () => {
    const long = 'x'.repeat(50_000)
    const regexes = (n: number) =>
      spec(
        `metric: { rules: [{ name: a, labels: [{ name: b, regex: { ${Array.from({ length: n }, (_, i) => `k${i}: a{1000}`)} } }] }] }`,
      ).replaceAll('a{1000}', '"a{1000}"')
    assert.deepEqual((await parsed(regexes(200))).warnings, [])
    assert.equal((await problemOf(regexes(201))).code, 'LIST_TOO_LONG')
    const { seen } = await problemOf(spec(`tracing: { samplingRate: "//${long}" }`))
    assert.equal(seen, '(50002 characters)')
    const { warnings } = await parsed(
      spec(`? ${long}`, ': 1', ...Array.from({ length: 1_000 }, (_, i) => `k${i}: 1`)),
    )
    assert.equal(warnings.length, 50)
    assert.ok(warnings.every(({ path, message }) => (path + message).length < 300))
  })
})
