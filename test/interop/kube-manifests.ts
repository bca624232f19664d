/** Manifests as Dapr's definitions admit them, each field of theirs at least once; those of 2020 among them. */
export const manifests = `
apiVersion: dapr.io/v1alpha1
kind: Component
metadata: { name: of-2020 }
spec:
  type: state.redis
  metadata:
  - { name: redisHost, value: "localhost:6379" }
  - { name: redisPassword, value: "" }
---
apiVersion: dapr.io/v1alpha1
kind: Component
metadata: { name: of-today, labels: { team: a }, annotations: { note: b } }
spec:
  type: state.postgresql
  version: v2
  ignoreErrors: true
  initTimeout: 1m
  metadata:
  - { name: text, value: "on" }
  - { name: whole, value: 3 }
  - { name: fraction, value: 0.25 }
  - { name: flag, value: true }
  - { name: object, value: { a: [1, { b: null }] } }
  - { name: list, value: [a, 1] }
  - { name: secret, secretKeyRef: { name: db, key: url } }
  - { name: environment, envRef: DB }
auth: { secretStore: kubernetes }
scopes: [orders, inventory]
---
apiVersion: dapr.io/v1alpha1
kind: Subscription
metadata: { name: of-v1alpha1 }
spec:
  pubsubname: pubsub
  topic: orders
  route: /orders
  deadLetterTopic: dead
  metadata: { rawPayload: "true" }
  bulkSubscribe: { enabled: true, maxMessagesCount: 100, maxAwaitDurationMs: 40 }
scopes: [orders]
---
apiVersion: dapr.io/v2alpha1
kind: Subscription
metadata: { name: of-v2alpha1 }
spec:
  pubsubname: pubsub
  topic: orders
  routes:
    rules:
    - { match: event.type == "a", path: /a }
    - { match: event.type == "b", path: /b }
    default: /rest
  deadLetterTopic: dead
  metadata: { rawPayload: "true" }
  bulkSubscribe: { enabled: true, maxMessagesCount: 100, maxAwaitDurationMs: 40 }
scopes: [orders]
---
apiVersion: dapr.io/v1alpha1
kind: Resiliency
metadata: { name: full }
spec:
  policies:
    timeouts: { general: 5s, largeResponse: 10s }
    retries:
      steady:
        policy: constant
        duration: 5s
        maxRetries: -1
        matching: { httpStatusCodes: "429,500-599", gRPCStatusCodes: "4,13-14" }
      growing: { policy: exponential, maxInterval: 15s, maxRetries: 10 }
    circuitBreakers:
      simple: { maxRequests: 1, interval: 8s, timeout: 45s, trip: consecutiveFailures > 8 }
  targets:
    apps:
      orders: { timeout: general, retry: steady, circuitBreaker: simple, circuitBreakerCacheSize: 100 }
    actors:
      cart:
        timeout: general
        retry: growing
        circuitBreaker: simple
        circuitBreakerScope: both
        circuitBreakerCacheSize: 5000
    components:
      statestore:
        outbound: { timeout: general, retry: steady, circuitBreaker: simple }
        inbound: { timeout: general, retry: growing, circuitBreaker: simple }
scopes: [orders]
---
apiVersion: dapr.io/v1alpha1
kind: HTTPEndpoint
metadata: { name: full }
spec:
  baseUrl: https://api.example.org
  headers:
  - { name: accept-language, value: en }
  - { name: retries, value: 3 }
  - { name: authorization, secretKeyRef: { name: api, key: token } }
  - { name: x-region, envRef: REGION }
  clientTLS:
    rootCA: { secretKeyRef: { name: tls, key: ca.crt } }
    certificate: { value: pem }
    privateKey: { envRef: KEY }
    renegotiation: RenegotiateOnceAsClient
auth: { secretStore: kubernetes }
scopes: [orders]
---
apiVersion: dapr.io/v1alpha1
kind: Configuration
metadata: { name: full }
spec:
  accessControl:
    defaultAction: deny
    trustDomain: public
    policies:
    - appId: orders
      defaultAction: deny
      trustDomain: public
      namespace: shop
      operations:
      - { name: /take, httpVerb: [POST, GET], action: allow }
      - { name: /**, action: deny }
  api:
    allowed: [{ name: state, version: v1.0, protocol: http }]
    denied: [{ name: bindings, version: v1, protocol: grpc }]
  appHttpPipeline: { handlers: [{ name: alias, type: middleware.http.routeralias }] }
  httpPipeline:
    handlers:
    - { name: limit, type: middleware.http.ratelimit, version: v1 }
    - name: case
      type: middleware.http.uppercase
      selector: { fields: [{ field: path, value: /a }] }
  components: { deny: [bindings.smtp, state.in-memory/v1] }
  features: [{ name: HotReload, enabled: false }]
  logging: { apiLogging: { enabled: true, obfuscateURLs: true, omitHealthChecks: true } }
  metric:
    enabled: false
    recordErrorCodes: true
    latencyDistributionBuckets: [1, 5, 25, 100, 1000]
    http: { increasedCardinality: false, pathMatching: ["/orders/{id}"], excludeVerbs: true }
    rules:
    - { name: http/server/request_count, labels: [{ name: path, regex: { "orders/$1": "orders/(.+)" } }] }
    workflow: { latencyDistributionBuckets: [1, 60000], latencyDistributionUnits: 1s }
  metrics: { enabled: true, rules: [] }
  mtls:
    enabled: true
    workloadCertTTL: 24h
    allowedClockSkew: 15m
    sentryAddress: dapr-sentry:443
    controlPlaneTrustDomain: cluster.local
    tokenValidators: [{ name: jwks, options: { source: https://issuer.example.org, minRefreshInterval: 2m } }]
  nameResolution: { component: consul, version: v1, configuration: { selfRegister: true, checks: [{ name: a }] } }
  secrets:
    scopes:
    - { storeName: vault, defaultAccess: deny, allowedSecrets: [a], deniedSecrets: [b] }
  tracing:
    samplingRate: "0.5"
    stdout: true
    zipkin: { endpointAddress: "http://zipkin:9411/api/v2/spans" }
    otel:
      endpointAddress: collector:4317
      protocol: grpc
      isSecure: false
      timeout: 10s
      headers:
      - { name: x-tenant, value: a }
      - { name: authorization, secretKeyRef: { name: otel, key: token } }
      - { name: x-region, envRef: REGION }
  wasm: { strictSandbox: true }
  workflow:
    maxConcurrentWorkflowInvocations: 10
    maxConcurrentActivityInvocations: 10
    globalMaxConcurrentWorkflowInvocations: 0
    globalMaxConcurrentActivityInvocations: -1
    workflowConcurrencyLimits: [{ name: a, maxConcurrent: 1 }]
    activityConcurrencyLimits: [{ name: b, maxConcurrent: 2 }]
    stateRetentionPolicy: { anyTerminal: 1h, completed: 1h, failed: 24h, terminated: 30m }
---
apiVersion: dapr.io/v1alpha1
kind: Configuration
metadata: { name: headers-as-in-files }
spec: { tracing: { samplingRate: "1", otel: { headers: [x-tenant=a, x-region=b] } } }
---
apiVersion: dapr.io/v1alpha1
kind: Configuration
metadata: { name: headers-as-one-text }
spec: { tracing: { samplingRate: "1", otel: { headers: "x-tenant=a,x-region=b" } } }
`

/** Wrong, each of them, in fields of Dapr's, and admitted by Dapr: `Accepted` has to say so, not the API server. */
export const mistakes = `
apiVersion: dapr.io/v1alpha1
kind: Configuration
metadata: { name: rate-is-a-word }
spec: { tracing: { samplingRate: abc } }
---
apiVersion: dapr.io/v1alpha1
kind: Configuration
metadata: { name: rate-is-above-one }
spec: { tracing: { samplingRate: "50" } }
---
apiVersion: dapr.io/v1alpha1
kind: Configuration
metadata: { name: protocol-is-unknown }
spec:
  tracing: { samplingRate: "1", otel: { protocol: carrier-pigeon, endpointAddress: "", isSecure: true, timeout: soon } }
  accessControl: { defaultAction: maybe }
  mtls: { enabled: true, tokenValidators: [{ name: smell }] }
---
apiVersion: dapr.io/v1alpha1
kind: Configuration
metadata: { name: nothing }
---
apiVersion: dapr.io/v1alpha1
kind: Component
metadata: { name: type-is-a-sentence }
spec: { type: any old state, version: "", initTimeout: soon, metadata: [] }
---
apiVersion: dapr.io/v1alpha1
kind: Resiliency
metadata: { name: words-for-numbers }
spec:
  policies: { timeouts: { t: long }, retries: { r: { policy: often, duration: now, maxRetries: -7 } } }
  targets: { apps: { a: { timeout: missing } } }
---
apiVersion: dapr.io/v1alpha1
kind: Subscription
metadata: { name: empty }
spec: { pubsubname: "", topic: "", route: "" }
---
apiVersion: dapr.io/v1alpha1
kind: HTTPEndpoint
metadata: { name: nowhere }
spec: { baseUrl: nowhere }
`
