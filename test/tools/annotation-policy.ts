/**
 * Makes k8s/base/annotation-policy.yaml of the table of annotations. `npm run annotation-policy` writes it; a test holds
 * it to the code.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { stringify } from 'yaml'
import { annotationPolicy } from '../../src/control/injector/index.ts'

export const ANNOTATION_POLICY = fileURLToPath(
  new URL('../../k8s/base/annotation-policy.yaml', import.meta.url),
)

export const renderAnnotationPolicy = (): string =>
  [
    '# Made of the table in src/control/injector by `npm run annotation-policy`; do not edit.\n',
    annotationPolicy()
      .map((object) => stringify(object, { lineWidth: 0, aliasDuplicateObjects: false }))
      .join('---\n'),
  ].join('')

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  mkdirSync(new URL('.', `file://${ANNOTATION_POLICY}`), { recursive: true })
  writeFileSync(ANNOTATION_POLICY, renderAnnotationPolicy())
}
