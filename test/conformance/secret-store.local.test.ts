import { writeFile } from 'node:fs/promises'
import { openSecretStore } from '../support/open-secret-store.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'
import { describeSecretStore } from './secret-store.ts'

for (const multiValued of ['false', 'true'])
  describeSecretStore(`the local.file driver, multiValued ${multiValued}`, async () => {
    const directory = await temporaryDirectory()
    const secretsFile = directory.file('secrets.json')
    await writeFile(secretsFile, '{"key":"value ü","__proto__":"odd"}')
    const store = await openSecretStore('secretstores.local.file', { secretsFile, multiValued })
    return { store, [Symbol.asyncDispose]: () => directory[Symbol.asyncDispose]() }
  })

describeSecretStore(
  'the local.env driver',
  async () => {
    const env = JSON.parse('{"MY_key":"value ü","MY___proto__":"odd","DAPR_key":"x","other":"y"}')
    const store = await openSecretStore('secretstores.local.env', { prefix: 'MY_' }, { env })
    return { store, [Symbol.asyncDispose]: () => store[Symbol.asyncDispose]() }
  },
  {
    skip: { 'has no secret that nobody wrote': 'an unset variable is an empty text, as in daprd' },
  },
)
