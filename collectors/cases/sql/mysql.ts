import { codeOf, type PageQuery, type PageRow, type Trouble, type ViewConnection, type ViewDriver } from './driver.ts'

/** MySQL and MariaDB. The driver is loaded when the first view is opened. */
export const mysqlDriver: ViewDriver = {
  async open(options) {
    const { default: mysql } = await import('mysql2/promise')
    const connection = await mysql.createConnection({
      host: options.host,
      port: options.port,
      database: options.database,
      user: options.username,
      password: options.password,
      ...(options.ca === undefined ? {} : { ssl: { ca: options.ca, rejectUnauthorized: true } }),
      charset: 'utf8mb4',
      connectTimeout: 10_000,
      // Values stay as the server writes them (protocols.md 4.4); numbers too, or long ones lose their digits.
      dateStrings: true,
      supportBigNumbers: true,
      bigNumberStrings: true,
      rowsAsArray: true,
      typeCast: (field) => field.string(),
      // No LOAD DATA LOCAL: a hostile server could ask for this machine's files.
      flags: ['-LOCAL_FILES'],
      multipleStatements: false,
    })
    connection.on('error', () => {})
    const ask: Ask = async (sql, params = []) => {
      const [rows] = await connection.query({ sql, timeout: (options.statementTimeoutS + 10) * 1000 }, [...params])
      return rows as unknown as (string | null)[][]
    }
    try {
      await prepare(ask, options.statementTimeoutS)
    } catch (error) {
      connection.destroy()
      throw error
    }
    return connectionOn(ask, async () => connection.destroy())
  },
  troubleOf(error): Trouble {
    const code = codeOf(error)
    if (['ER_ACCESS_DENIED_ERROR', 'ER_DBACCESS_DENIED_ERROR', 'ER_ACCOUNT_HAS_BEEN_LOCKED'].includes(code))
      return 'auth'
    // MySQL 3024 and MariaDB 1969 say that the statement took too long.
    const number = typeof error === 'object' && error !== null && 'errno' in error ? Number(error.errno) : 0
    if ([3024, 1969].includes(number) || code === 'PROTOCOL_SEQUENCE_TIMEOUT') return 'timeout'
    const schema = ['ER_BAD_FIELD_ERROR', 'ER_NO_SUCH_TABLE', 'ER_TABLEACCESS_DENIED_ERROR', 'ER_VIEW_INVALID']
    return schema.includes(code) ? 'schema' : 'gone'
  },
}

type Ask = (sql: string, params?: readonly (string | number)[]) => Promise<(string | null)[][]>

async function prepare(ask: Ask, statementTimeoutS: number): Promise<void> {
  await ask('set session transaction read only')
  await ask(`set session time_zone = '+08:00'`)
  const maria = String((await ask('select version()'))[0]?.[0]).includes('MariaDB')
  // The same thing under two names and in two units.
  await ask(
    maria
      ? `set session max_statement_time = ${statementTimeoutS}`
      : `set session max_execution_time = ${Math.ceil(statementTimeoutS * 1000)}`,
  )
}

const quoted = (column: string): string => `\`${column.replaceAll('`', '``')}\``

function connectionOn(ask: Ask, end: () => Promise<void>): ViewConnection {
  return {
    async readOnly() {
      // MySQL 8 calls it transaction_read_only, MariaDB until 11.1 tx_read_only.
      const rows = await ask(`show session variables where variable_name in ('transaction_read_only', 'tx_read_only')`)
      return rows.length > 0 && rows.every(([, value]) => value === 'ON' || value === '1')
    },
    async columns(view) {
      return (await ask(`show columns from ${view}`)).map(([name]) => name ?? '')
    },
    async clock(settleS) {
      const sql = 'select unix_timestamp(now(6)) * 1000, cast(now(6) - interval ? second as char)'
      const [row] = await ask(sql, [settleS])
      return { ms: Math.floor(Number(row?.[0])), settled: row?.[1] ?? '' }
    },
    async earlier(stamp, seconds) {
      const [row] = await ask('select cast(cast(? as datetime(6)) - interval ? second as char)', [stamp, seconds])
      return row?.[0] ?? stamp
    },
    page: async (query) => rowsOf(query, await ask(...pageSql(query))),
    ask,
    close: end,
  }
}

/** Tuple comparison, written out: MySQL's own does not use an index (its manual, 8.2.1.22). */
function pageSql({ view, columns, key, stamps, after, upTo, limit }: PageQuery): [string, (string | number)[]] {
  const params: (string | number)[] = []
  const stamp = stamps.length > 0 ? `coalesce(${[...stamps].map(quoted).join(', ')})` : undefined
  const where = [`${quoted(key)} is not null`]
  if (after && stamp) {
    where.push(`(${stamp} > ? or (${stamp} = ? and ${quoted(key)} > ?))`)
    params.push(after.stamp, after.stamp, after.key)
  } else if (after) {
    where.push(`${quoted(key)} > ?`)
    params.push(after.key)
  }
  if (upTo && stamp) {
    where.push(`${stamp} <= ?`)
    params.push(upTo)
  }
  const chosen = [...columns.map(quoted), stamp ?? `''`, quoted(key)].join(', ')
  const order = [...(stamp ? [stamp] : []), quoted(key)].join(', ')
  params.push(limit)
  return [`select ${chosen} from ${view} where ${where.join(' and ')} order by ${order} limit ?`, params]
}

const rowsOf = ({ columns }: PageQuery, rows: (string | null)[][]): PageRow[] =>
  rows.map((row) => ({
    values: row.slice(0, columns.length),
    stamp: row[columns.length] ?? '',
    key: row[columns.length + 1] ?? '',
  }))
