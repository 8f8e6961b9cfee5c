import { readFileSync } from 'node:fs'
import { backoffMs, pause } from '../../intake/pause.ts'
import type { SourceContext, SourceFactory } from '../../source.ts'
import { caseProfile } from '../profile.ts'
import type { Trouble, ViewConnection, ViewDriver } from './driver.ts'
import { ViewMismatch, ViewPoller } from './poller.ts'

/** A refused password is not tried again for so long: an account must not be locked. */
const AUTH_PAUSE_MS = 30 * 60_000
const LONGEST_PAUSE_MS = 5 * 60_000

/** The table of drivers: loaded when a source of that kind starts. */
async function driverOf(name: 'postgres' | 'mysql'): Promise<ViewDriver> {
  return name === 'postgres' ? (await import('./postgres.ts')).postgresDriver : (await import('./mysql.ts')).mysqlDriver
}

/** A read-only view of the case system, polled by one connection that cannot write (protocols.md 4.4). */
export const caseSqlSource: SourceFactory<'case-sql'> = (config, context) => {
  const poller = new ViewPoller(config, context, caseProfile(context.profile))
  const ends = new AbortController()
  let connection: ViewConnection | undefined
  let running: Promise<void> = Promise.resolve()

  async function open(driver: ViewDriver): Promise<ViewConnection> {
    const opened = await driver.open({
      ...config,
      password: context.secret(config.password),
      ...(config.caFile === undefined ? {} : { ca: readFileSync(config.caFile, 'utf8') }),
    })
    if (await opened.readOnly()) return opened
    await opened.close()
    throw new ViewMismatch('数据库没有接受只读会话，为免误写未读取；请用只读账号')
  }

  async function run(driver: ViewDriver): Promise<void> {
    let failures = 0
    while (!ends.signal.aborted) {
      const wait = await once(driver, failures)
      failures = wait.failed ? failures + 1 : 0
      await pause(wait.ms, ends.signal).catch(() => {})
    }
  }

  async function once(driver: ViewDriver, failures: number): Promise<{ ms: number; failed: boolean }> {
    try {
      connection ??= await open(driver)
      const { held } = await poller.poll(connection, ends.signal)
      if (!held) context.state('ok')
      return { ms: config.pollS * 1000, failed: false }
    } catch (error) {
      if (ends.signal.aborted) return { ms: 0, failed: false }
      return { ms: await failed(driver, error, failures), failed: true }
    }
  }

  /** @returns how long to wait */
  async function failed(driver: ViewDriver, error: unknown, failures: number): Promise<number> {
    const trouble: Trouble = error instanceof ViewMismatch ? 'schema' : driver.troubleOf(error)
    const what = (error instanceof Error ? error.message : String(error)).slice(0, 120)
    context.log.warn({ trouble, err: error }, '视图未能读取')
    if (trouble === 'timeout' && poller.smaller()) return 0
    await drop()
    const now = context.clock.now()
    if (trouble === 'auth') {
      context.state('failed', `数据库拒绝了账号或口令，30 分钟内不再尝试以免锁定；请核对后重启采集器`)
      await tell('collector.auth_failed', String(now), { reason: what })
      return AUTH_PAUSE_MS
    }
    if (trouble === 'schema') {
      context.state('failed', `视图 ${config.view} 与对照表不符，已停止读取：${what}`.slice(0, 200))
      await tell('collector.schema_changed', what, { reason: what })
      return config.pollS * 1000
    }
    context.state('degraded', `数据库读不到（${what}），将自动重试；请检查网络与数据库`.slice(0, 200))
    return backoffMs(failures, Math.min(2000, config.pollS * 1000), LONGEST_PAUSE_MS, context.chance)
  }

  const tell = (type: string, mark: string, data: Record<string, unknown>): Promise<void> =>
    context.deliver([poller.say(type, mark, data)]).catch(() => {})

  async function drop(): Promise<void> {
    const gone = connection
    connection = undefined
    await gone?.close().catch(() => {})
  }

  return {
    async start() {
      const driver = await driverOf(config.driver)
      running = run(driver).catch((error: unknown) => {
        if (!ends.signal.aborted) context.crashed(error)
      })
    },
    async stop() {
      ends.abort(new Error('采集器停止'))
      await drop()
      await running
    },
  } satisfies ReturnType<SourceFactory<'case-sql'>>
}
export type { SourceContext }
