export const NAMESPACE = 'sidelight-system'
export const IMAGE = 'sidelight/sidelight'
