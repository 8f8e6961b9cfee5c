import { isAbsolute, join } from 'node:path'
import { type Draft, refuse, type SourceFactory } from '../source.ts'
import { dialectOf } from '../terminals/dialects.ts'
import { lineDecoder } from './line-decode.ts'
import { pause } from './pause.ts'
import type { SyslogDialect } from './syslog-decode.ts'
import { Tail, type TailStep } from './tail.ts'
import type { TailCursor } from './tail-files.ts'
import { decodeAll, take, withBackfill } from './take.ts'
import { atZone } from './wall-clock.ts'

const CURSOR = 'tail'

/**
 * A log file that grows (Wazuh's alerts.json, clamd.log, freshclam.log): each line through the dialect of the profile.
 * Its age is that of the last writing to it: a program that stopped writing does not look healthy.
 */
export const logFileSource: SourceFactory<'log-file'> = (config, context) => {
  const path = isAbsolute(config.file) ? config.file : join(context.dataDir, config.file)
  const ends = new AbortController()
  let running: Promise<void> = Promise.resolve()

  async function run(tail: Tail, dialect: SyslogDialect): Promise<void> {
    const decode = lineDecoder(dialect, config.host)
    let missing: boolean | undefined
    while (!ends.signal.aborted) {
      const step = await tail.read()
      if (missing !== (step === undefined)) {
        missing = step === undefined
        if (missing) context.state('degraded', `没有文件 ${config.file}，等它出现；请核对路径与读取权限`)
        else context.state('ok')
      }
      if (step) await handle(step, decode, dialect.zone)
      if (!step?.more) await pause(config.pollS * 1000, ends.signal).catch(() => {})
    }
  }

  async function handle(step: TailStep, decode: ReturnType<typeof lineDecoder>, zone: string): Promise<void> {
    const now = context.clock.now()
    context.contact(Math.min(step.writtenMs, now))
    const decoded = withBackfill(decodeAll(step.lines, decode, now), now)
    decoded.refusals.push(...step.tooLong.map((head) => refuse('frame_too_long', head, '一行超过 64 KiB')))
    if (step.lost) decoded.drafts.push(gap(config.id, now, zone))
    const moved = step.more ? { [CURSOR]: JSON.stringify(step.cursor) } : {}
    await take(context, decoded, now, moved)
    await step.taken()
  }

  return {
    async start() {
      const dialect = await dialectOf(context.profile, context.personHash, context.vendorDir)
      const tail = new Tail(path, cursorOf(context.store.get(CURSOR)), config.from)
      running = run(tail, dialect)
        .catch((error: unknown) => {
          if (!ends.signal.aborted) context.crashed(error)
        })
        .finally(() => tail.close())
    },
    async stop() {
      ends.abort(new Error('采集器停止'))
      await running
    },
  }
}

function cursorOf(text: string | undefined): TailCursor | undefined {
  if (text === undefined) return undefined
  const { file, offset, head, headBytes } = JSON.parse(text) as Partial<TailCursor>
  if (typeof file !== 'string' || typeof offset !== 'number') return undefined
  return { file, offset, head: head ?? '', headBytes: headBytes ?? 0 }
}

const gap = (source: string, now: number, zone: string): Draft => ({
  type: 'collector.gap',
  object: source,
  nativeKey: `tail-lost-${now}`,
  observedMs: now,
  observedAt: atZone(now, zone).observedAt,
  severity: 'warning',
  data: { reason: '日志文件已轮转，旧文件找不到，其中未读的部分可能遗漏；请保留至少一份旧日志' },
})
