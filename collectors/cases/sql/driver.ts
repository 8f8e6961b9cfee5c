/** What polling a view needs of a database; each driver passes the same tests (test/collectors/cases/sql). */

export interface ConnectOptions {
  host: string
  port: number
  database: string
  username: string
  password: string
  /** PEM of the certificate's authority; undefined = no TLS. */
  ca?: string
  statementTimeoutS: number
}

export interface PageQuery {
  view: string
  /** Read in that order; names as `columns` gave them. */
  columns: readonly string[]
  /** Column of the case number. */
  key: string
  /** Columns of the last change, the first that is not NULL counts; empty = the whole view by key. */
  stamps: readonly string[]
  /** Only rows after that; `stamp` alone without `key` is inclusive. */
  after?: { stamp: string; key: string } | undefined
  /** Newest stamp of this poll. */
  upTo?: string | undefined
  limit: number
}
export interface PageRow {
  /** Values as the database writes them: nothing goes through a Date. */
  values: (string | null)[]
  /** '' when there are no stamps. */
  stamp: string
  key: string
}

/** One connection whose session cannot write. All of it rejects with the driver's own error. */
export interface ViewConnection {
  /** Is the session read-only, as the database itself says? */
  readOnly(): Promise<boolean>
  columns(view: string): Promise<string[]>
  /** The database's clock: epoch ms, and its text `settleS` ago, to be handed back as `upTo`. */
  clock(settleS: number): Promise<{ ms: number; settled: string }>
  /** A text of its clock, so many seconds earlier. */
  earlier(stamp: string, seconds: number): Promise<string>
  page(query: PageQuery): Promise<PageRow[]>
  /** Any SQL: for the tests, which try to write with it. */
  ask(sql: string): Promise<unknown>
  close(): Promise<void>
}

/** What went wrong, as far as the poller must know. */
export type Trouble = 'auth' | 'timeout' | 'schema' | 'gone'

export interface ViewDriver {
  open(options: ConnectOptions): Promise<ViewConnection>
  troubleOf(error: unknown): Trouble
}

export const codeOf = (error: unknown): string =>
  typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : ''
