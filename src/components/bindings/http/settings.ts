import { type SettingsOf, settings } from '../../index.ts'

export const httpSettings = {
  url: settings.needed('What is called. User and password in it go out as `Authorization`.'),
  errorIfNot2XX: settings.flag('Whether an answer other than 2xx is an error.', true),
  responseTimeout: settings.duration(
    'Longest wait for the whole answer. daprd waits without end.',
    '60s',
  ),
  maxResponseBodySize: settings.bytes(
    'Largest answer; a larger one is an error. 0: any size. daprd cuts it, and says nothing.',
    '100Mi',
  ),
  securityToken: settings.secret('Goes out in the header that `securityTokenHeader` names.'),
  securityTokenHeader: settings.text('Name of the header of `securityToken`.'),
  MTLSRootCA: settings.text(
    'Authority that signed the server certificate, instead of the system’s: PEM, or a file.',
  ),
  MTLSClientCert: settings.text('Client certificate: PEM, or a file.'),
  MTLSClientKey: settings.secret('Key of the client certificate: PEM, or a file.'),
} as const

export type HttpSettings = SettingsOf<typeof httpSettings>
