import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { ANNOTATION_POLICY, renderAnnotationPolicy } from '../../tools/annotation-policy.ts'

describe('the committed policy of annotations', () => {
  test('is the one that the table makes: else run `npm run annotation-policy`', () => {
    assert.equal(readFileSync(ANNOTATION_POLICY, 'utf8'), renderAnnotationPolicy())
  })
})
