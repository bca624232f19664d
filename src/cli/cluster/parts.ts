/** What of the bundle can be left out; all else is the control plane. */
export const PARTS = ['zipkin', 'prometheus', 'grafana', 'redis'] as const

export type Part = (typeof PARTS)[number]

/** @returns `undefined` for an object of the control plane */
export const partOf = ({ metadata }: { readonly metadata: { readonly name?: string } }) =>
  PARTS.find((part) => metadata.name?.replace(/^sidelight-/, '').split('-')[0] === part)
