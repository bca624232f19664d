import { openBinding } from '../support/open-binding.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'
import { describeOutputBinding } from './output-binding.ts'

describeOutputBinding('the localstorage driver', async () => {
  const directory = await temporaryDirectory()
  return {
    binding: await openBinding('bindings.localstorage', { rootPath: directory.path }),
    naming: 'fileName',
    written: (text) => text,
    missing: 'fails',
    [Symbol.asyncDispose]: () => directory[Symbol.asyncDispose](),
  }
})
