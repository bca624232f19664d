import { annotations, KNOWN_NAMES, PREFIX } from './annotations.ts'

const NAME = 'sidelight-annotations'
const API_VERSION = 'admissionregistration.k8s.io/v1'

/** Of the pods that a workload makes. Kinds differ in where that is, which a typed expression may not ask. */
const TEMPLATE =
  "object.kind == 'CronJob' ? dyn(object).spec.jobTemplate.spec.template : dyn(object).spec.template"
const ANNOTATIONS =
  'has(variables.template.metadata) && has(variables.template.metadata.annotations) ? variables.template.metadata.annotations : dyn({})'
const UNKNOWN = `variables.annotations.filter(key, key.startsWith('${PREFIX}') && !(key in [${KNOWN_NAMES.map((name) => `'${PREFIX}${name}'`).join(', ')}]))`

/**
 * What the webhook would find in the pods of a workload, said to whoever applies it: `kubectl apply` shows a warning.
 * Nothing is refused: a finding stops no injection.
 */
export function annotationPolicy(): readonly object[] {
  const validations = Object.entries(annotations).map(([name, { needs, cel }]) => {
    const key = `${PREFIX}${name}`
    return {
      expression: `!('${key}' in variables.annotations) || [variables.annotations['${key}']].all(value, ${cel})`,
      message: `${key}: ${needs} is needed`,
    }
  })
  return [
    {
      apiVersion: API_VERSION,
      kind: 'ValidatingAdmissionPolicy',
      metadata: { name: NAME },
      spec: {
        failurePolicy: 'Ignore',
        matchConstraints: {
          resourceRules: [
            rule('apps', ['deployments', 'statefulsets', 'daemonsets']),
            rule('batch', ['jobs', 'cronjobs']),
          ],
        },
        variables: [
          { name: 'template', expression: TEMPLATE },
          { name: 'annotations', expression: ANNOTATIONS },
        ],
        validations: [
          ...validations,
          {
            expression: `size(${UNKNOWN}) == 0`,
            message: `an annotation of ${PREFIX} is unknown`,
            messageExpression: `${UNKNOWN}[0] + ' is unknown'`,
          },
        ],
      },
    },
    {
      apiVersion: API_VERSION,
      kind: 'ValidatingAdmissionPolicyBinding',
      metadata: { name: NAME },
      spec: { policyName: NAME, validationActions: ['Warn'] },
    },
  ]
}

const rule = (group: string, resources: readonly string[]): object => ({
  apiGroups: [group],
  apiVersions: ['v1'],
  operations: ['CREATE', 'UPDATE'],
  resources,
})
