import assert from 'node:assert/strict'
import { parseResourceDocuments } from '../../../src/resources/index.ts'

const read = (text: string) => parseResourceDocuments(text, 'a.yaml')

describe('parseResourceDocuments', () => {
  test('finds no document in an empty file, in blanks and in comments', () => {
    for (const text of ['', '\n\n', '# nothing\n', '---\n', '---\n---\n'])
      assert.deepEqual(read(text), { documents: [], problems: [] }, JSON.stringify(text))
  })

  test('reads many documents, each with its kind and the lines of the file', () => {
    const { documents, problems } = read(
      'kind: Component\na: 1\n---\n# remark\nkind: Configuration\nspec:\n  b: 2\n---\njust text\n',
    )
    assert.deepEqual(problems, [])
    assert.deepEqual(
      documents.map(({ kind }) => kind),
      ['Component', 'Configuration', undefined],
    )
    assert.deepEqual(documents[1]?.lineOf(['spec', 'b']), 7)
    assert.deepEqual(documents[2]?.value, 'just text')
  })

  test('gives the line of the nearest ancestor that stands in the text', () => {
    const [document] = read('kind: A\nspec:\n  list:\n    - x: 1\n    - x: 2\n').documents
    assert.equal(document?.lineOf(['spec', 'list', 1, 'x']), 5)
    assert.equal(document?.lineOf(['spec', 'list', 1, 'missing', 'deep']), 5)
    assert.equal(document?.lineOf(['nowhere']), 1)
    assert.equal(document?.lineOf([]), 1)
  })

  test('reads JSON, and files with Windows line ends', () => {
    assert.deepEqual(read('{"kind": "A", "b": [1]}').documents[0]?.value, { kind: 'A', b: [1] })
    const [document] = read('kind: A\r\nb:\r\n  c: 1\r\n').documents
    assert.deepEqual(
      [document?.value, document?.lineOf(['b', 'c'])],
      [{ kind: 'A', b: { c: 1 } }, 3],
    )
  })

  test('tells what is not YAML with its line, and reads the documents around it', () => {
    const { documents, problems } = read('kind: A\n---\na: [1\nb: 2\n---\nkind: B\n')
    assert.ok(problems.length > 0)
    for (const { code, file } of problems)
      assert.deepEqual([code, file], ['YAML_INVALID', 'a.yaml'])
    assert.ok((problems[0]?.line ?? 0) >= 3)
    assert.ok(documents.some(({ kind }) => kind === 'A'))
  })

  test('refuses a key that is given twice', () => {
    const { problems } = read('a: 1\na: 2\n')
    assert.deepEqual(
      problems.map(({ code, line }) => [code, line]),
      [['YAML_INVALID', 2]],
    )
  })

  test('follows aliases, but not into a huge tree', () => {
    assert.deepEqual(read('a: &x 1\nb: *x\n').documents[0]?.value, { a: 1, b: 1 })
    const bomb = ['a: &a [1,1,1,1,1,1,1,1,1,1]']
    for (const [name, of] of ['ba', 'cb', 'dc', 'ed', 'fe', 'gf', 'hg', 'ih'])
      bomb.push(`${name}: &${name} [${Array(10).fill(`*${of}`).join(',')}]`)
    const { documents, problems } = read(bomb.join('\n'))
    assert.deepEqual(documents, [])
    assert.deepEqual(
      problems.map(({ code }) => code),
      ['YAML_INVALID'],
    )
  })

  test('tells an alias that leads nowhere', () => {
    assert.equal(read('a: *nowhere\n').problems[0]?.code, 'YAML_INVALID')
  })
})

describe('parseResourceDocuments: bounds', () => {
  // A line and a colon each.
  const keys = (n: number) => Array.from({ length: n }, (_, i) => `k${i}: v\n`)

  test('reads as many keys as a file may hold, and names one that stands twice', () => {
    assert.equal(read(keys(4_000).join('')).documents.length, 1)
    const { problems } = read([...keys(3_999), 'k7: w\n'].join(''))
    assert.deepEqual(
      problems.map(({ line, message }) => [line, message]),
      [[4_000, 'not valid YAML: the key k7 stands here twice']],
    )
  })

  test('names the first twenty mistakes of a document', () => {
    const { problems } = read(`"${'\\x'.repeat(1_000)}"`)
    assert.equal(problems.length, 20)
  })

  test('does not even read what would hold up requests', () => {
    for (const text of [
      keys(4_001).join(''),
      '['.repeat(100_000),
      '['.repeat(65),
      '{a: '.repeat(65),
      '- '.repeat(64),
      `? `.repeat(64),
      ','.repeat(8_001),
      '\n'.repeat(8_001),
      '&a [*a]',
      'a: &a { b: *a }',
      `${Array.from({ length: 66 }, (_, i) => `${' '.repeat(i)}a:\n`).join('')}${' '.repeat(66)}b`,
    ]) {
      const { documents, problems } = read(text)
      assert.deepEqual(
        [documents.length, problems.map(({ code }) => code)],
        [0, ['FILE_TOO_COMPLEX']],
        text.slice(0, 20),
      )
    }
  })

  test('reads long texts and 64 levels', () => {
    for (const text of [
      `a: ${'x'.repeat(200_000)}`,
      `a: "${'a-b c:d '.repeat(20_000)}"`,
      `a: ${'['.repeat(63)}${']'.repeat(63)}`,
    ])
      assert.deepEqual(read(text).problems, [], text.slice(0, 20))
  })

  test('tells that a reference beside braces wants quotes', () => {
    const { problems } = read('a: { b: $' + '{B} }')
    assert.match(problems[0]?.message ?? '', /put references to variables in quotes/)
  })

  test('never repeats content in a message', () => {
    const { problems } = read('a: b\n"hunter2" "hunter2"\n')
    assert.ok(problems.length > 0)
    assert.doesNotMatch(JSON.stringify(problems), /hunter2/)
  })
})
