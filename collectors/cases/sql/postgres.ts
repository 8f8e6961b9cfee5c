import {
  type ConnectOptions,
  codeOf,
  type PageQuery,
  type PageRow,
  type Trouble,
  type ViewConnection,
  type ViewDriver,
} from './driver.ts'

/** PostgreSQL, Kingbase (port 54321) and openGauss. The driver is loaded when the first view is opened. */
export const postgresDriver: ViewDriver = {
  async open(options) {
    const { default: pg } = await import('pg')
    const client = new pg.Client({
      host: options.host,
      port: options.port,
      database: options.database,
      user: options.username,
      password: options.password,
      ssl: options.ca === undefined ? false : { ca: options.ca, rejectUnauthorized: true },
      connectionTimeoutMillis: 10_000,
      // Longer than the server's own limit: it only ends what the server cannot.
      query_timeout: (options.statementTimeoutS + 10) * 1000,
      options: sessionOptions(options),
      application_name: 'sanling-collector',
      // Values stay as the server writes them: a Date would shift them by the process's zone (protocols.md 4.4).
      types: { getTypeParser: () => (text: string) => text },
    })
    // A connection that breaks while idle must not end the process; the next query rejects.
    client.on('error', () => {})
    await client.connect()
    return connectionOn(
      async (sql, params = []) => {
        const { rows } = await client.query<(string | null)[]>({ text: sql, values: [...params], rowMode: 'array' })
        return rows
      },
      () => client.end(),
    )
  },
  troubleOf(error): Trouble {
    const code = codeOf(error)
    // Class 28: invalid authorization. 57014 query_canceled. 42703, 42P01: undefined column, table. 42501: no privilege.
    if (code.startsWith('28')) return 'auth'
    if (code === '57014') return 'timeout'
    return ['42703', '42P01', '42501', '3F000'].includes(code) ? 'schema' : 'gone'
  },
}

/** Read-only before the first statement, so that there is no moment in which it could write. */
const sessionOptions = ({ statementTimeoutS }: ConnectOptions): string =>
  `-c default_transaction_read_only=on -c statement_timeout=${Math.ceil(statementTimeoutS * 1000)} -c timezone=Asia/Shanghai -c datestyle=ISO`

type Ask = (sql: string, params?: readonly (string | number)[]) => Promise<(string | null)[][]>
const quoted = (column: string): string => `"${column.replaceAll('"', '""')}"`

function connectionOn(ask: Ask, end: () => Promise<void>): ViewConnection {
  return {
    async readOnly() {
      return (await ask('show transaction_read_only'))[0]?.[0] === 'on'
    },
    async columns(view) {
      // The catalogue knows them even when the view has no row.
      const rows = await ask(
        'select attname from pg_attribute where attrelid = to_regclass($1) and attnum > 0 and not attisdropped order by attnum',
        [view],
      )
      if (rows.length === 0) await ask(`select 1 from ${view} limit 0`)
      return rows.map(([name]) => name ?? '')
    },
    async clock(settleS) {
      const sql = `select extract(epoch from clock_timestamp()) * 1000, (localtimestamp - $1 * interval '1 second')::text`
      const [row] = await ask(sql, [settleS])
      return { ms: Math.floor(Number(row?.[0])), settled: row?.[1] ?? '' }
    },
    async earlier(stamp, seconds) {
      const [row] = await ask(`select ($1::timestamp - $2 * interval '1 second')::text`, [stamp, seconds])
      return row?.[0] ?? stamp
    },
    page: async (query) => rowsOf(query, await ask(...pageSql(query))),
    ask,
    close: () => end().catch(() => {}),
  }
}

/** Tuple comparison, so that rows of the same moment on a page's border are neither lost nor doubled. */
function pageSql({ view, columns, key, stamps, after, upTo, limit }: PageQuery): [string, (string | number)[]] {
  const params: (string | number)[] = []
  const bind = (value: string | number): string => `$${params.push(value)}`
  const stamp = stamps.length > 0 ? `coalesce(${stamps.map(quoted).join(', ')})` : undefined
  const where = [`${quoted(key)} is not null`]
  if (after && stamp) where.push(`(${stamp}, ${quoted(key)}) > (${bind(after.stamp)}, ${bind(after.key)})`)
  else if (after) where.push(`${quoted(key)} > ${bind(after.key)}`)
  if (upTo && stamp) where.push(`${stamp} <= ${bind(upTo)}`)
  const chosen = [...columns.map(quoted), stamp ?? `''`, quoted(key)].join(', ')
  const order = [...(stamp ? [stamp] : []), quoted(key)].join(', ')
  return [`select ${chosen} from ${view} where ${where.join(' and ')} order by ${order} limit ${bind(limit)}`, params]
}

const rowsOf = ({ columns }: PageQuery, rows: (string | null)[][]): PageRow[] =>
  rows.map((row) => ({
    values: row.slice(0, columns.length),
    stamp: row[columns.length] ?? '',
    key: row[columns.length + 1] ?? '',
  }))
