/**
 * The part of Kubernetes' structural schemas that we write. In an object, fields that are not named are pruned.
 *
 * @see https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#specifying-a-structural-schema
 */
export interface StructuralSchema {
  readonly description?: string
  readonly type?: 'object' | 'array' | 'string' | 'boolean' | 'integer' | 'number'
  readonly format?: 'date-time' | 'duration' | 'int32' | 'int64'
  readonly required?: readonly string[]
  readonly properties?: Readonly<Record<string, StructuralSchema>>
  readonly additionalProperties?: StructuralSchema
  readonly items?: StructuralSchema
  readonly maxItems?: number
  readonly enum?: readonly string[]
  readonly minimum?: number
  readonly exclusiveMinimum?: boolean
  readonly maximum?: number
  readonly minLength?: number
  readonly maxLength?: number
  /** RE2. */
  readonly pattern?: string
  readonly allOf?: readonly { readonly pattern: string }[]
  readonly 'x-kubernetes-int-or-string'?: true
  /** Without a type: any JSON. */
  readonly 'x-kubernetes-preserve-unknown-fields'?: true
  readonly 'x-kubernetes-list-type'?: 'map'
  readonly 'x-kubernetes-list-map-keys'?: readonly string[]
  /** In CEL, over `self`. */
  readonly 'x-kubernetes-validations'?: readonly CelRule[]
}

interface CelRule {
  readonly rule: string
  readonly message: string
}
