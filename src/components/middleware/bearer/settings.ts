import { settings } from '../../index.ts'

export const bearerSettings = {
  issuer: settings.needed(
    'Issuer that a token has to name; its OpenID configuration says where its keys are.',
  ),
  audience: settings.needed('Audience that a token has to be meant for.'),
  jwksURL: settings.text('Where the keys are. Empty: the issuer says.'),
} as const
