import { settings } from '../../index.ts'

const unused = (why: string) => settings.text(`Accepted for Dapr's sake and not used: ${why}.`)
const REFUSED = 'Refused: not supported.'

/** Names and defaults are Dapr's. @see dapr components-contrib `state/postgresql/v2/metadata.go` */
export const postgresSettings = {
  connectionString: settings.secret(
    'Where the database is, as `host=localhost user=postgres password=… database=dapr` or as `postgres://user:…@host/database`.',
  ),
  host: settings.text('Host, or the folder of its socket.'),
  hostaddr: settings.text('Address of the host, which then is not looked up.'),
  port: settings.text('Port. Else 5432.'),
  user: settings.text('User.'),
  password: settings.secret('Password.'),
  database: settings.text('Database.'),
  sslRootCert: settings.text('File of the authority that signed the server certificate, PEM.'),
  tablePrefix: settings.text('Begins the name of the table; a schema with its dot comes first.'),
  metadataTableName: settings.text(
    'Table that holds what was done to the tables, also `schema.table`.',
    'dapr_metadata',
  ),
  timeout: settings.seconds('Longest time that an operation may take, waiting included.', '20s'),
  timeoutInSeconds: settings.seconds('Another name of `timeout`. 0: not given.', '0s'),
  cleanupInterval: settings.seconds('How often expired records are removed. 0: never.', '1h'),
  cleanupIntervalInSeconds: settings.seconds(
    'Another name of `cleanupInterval`. 0: not given.',
    '0s',
  ),
  maxConns: settings.whole('Connections at most. 0: one for each processor, and 4 at least.', 0, {
    min: -1,
    max: 10_000,
  }),
  connectionMaxIdleTime: settings.seconds('A connection that idles for longer is closed.', '30m'),
  useAzureAD: settings.flag(`Microsoft Entra ID. ${REFUSED}`, false),
  useAWSIAM: settings.flag(`AWS IAM. ${REFUSED}`, false),
  queryExecMode: unused('no statement is kept by name, so poolers between do no harm'),
} as const
