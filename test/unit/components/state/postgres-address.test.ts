import assert from 'node:assert/strict'
import { readSettings } from '../../../../src/components/index.ts'
import { addressOf } from '../../../../src/components/state/postgresql/address.ts'
import { postgresSettings } from '../../../../src/components/state/postgresql/settings.ts'

function read(connectionString: string, more: Readonly<Record<string, string>> = {}) {
  const given = Object.entries({ connectionString, ...more })
  const settings = readSettings(
    postgresSettings,
    new Map(given.map(([name, value]) => [name.toLowerCase(), value])),
  )
  assert.ok(settings.ok)
  return addressOf(settings.value)
}

describe('where a PostgreSQL is [libpq: connection strings]', () => {
  for (const [what, text] of [
    ['a URL', 'postgres://me:p%40ss@db.example:6432/shop?sslmode=disable&search_path=mine'],
    [
      'the other scheme',
      'postgresql://me:p%40ss@db.example:6432/shop?sslmode=disable&search_path=mine',
    ],
    [
      'pairs',
      "host=db.example port=6432 user=me password='p@ss' dbname=shop sslmode=disable search_path=mine",
    ],
    [
      'pairs with blanks',
      " host = db.example  port = 6432 user=me password=p\\@ss database=shop sslmode='disable' search_path=mine ",
    ],
  ] as const)
    test(`is read from ${what}`, () => {
      const { host, port, user, password, database, sslMode, parameters } = read(text) ?? {}
      assert.deepEqual(
        { host, port, user, password, database, sslMode, parameters },
        {
          host: 'db.example',
          port: 6432,
          user: 'me',
          password: 'p@ss',
          database: 'shop',
          sslMode: 'disable',
          parameters: { search_path: 'mine' },
        },
      )
    })

  test('is this machine where nothing is said, with TLS if the server has it', () => {
    const { host, port, sslMode, user } = read('dbname=shop') ?? {}
    assert.deepEqual([host, port, sslMode, user], ['localhost', 5432, 'prefer', undefined])
  })

  test('takes settings of their own before the text', () => {
    const { host, user, password } =
      read('host=a user=b password=c', { host: 'x', user: 'y', password: 'z' }) ?? {}
    assert.deepEqual([host, user, password], ['x', 'y', 'z'])
  })

  test('keeps an address of version 6, a quote and a backslash', () => {
    assert.equal(read('postgres://[::1]:5432/shop')?.host, '::1')
    assert.equal(read("host=h password='it\\'s \\\\ here'")?.password, "it's \\ here")
  })

  test('keeps what pools and clients are told from the server', () => {
    const text = 'host=h pool_max_conns=5 default_query_exec_mode=exec application_name=shop'
    assert.deepEqual(read(text)?.parameters, { application_name: 'shop' })
  })

  for (const text of [
    'shop',
    "host='db",
    'host=a,b',
    'port=0',
    'port=70000',
    'port=x',
    'sslmode=maybe',
    'connect_timeout=soon',
    'postgres://%E0%A4%A@h/shop',
  ])
    test(`is not in ${text}`, () => {
      assert.equal(read(text), undefined)
    })
})
