import { isAbsolute, join } from 'node:path'
import { ZONE } from '../../config/zone.ts'
import type { SourceContext, SourceRunner } from '../source.ts'
import { type DropFile, DropFolder, type Outcome } from './drop-folder.ts'
import { pause } from './pause.ts'
import { atZone } from './wall-clock.ts'

export interface FolderConfig {
  id: string
  folder: string
  settleS: number
  scanS: number
}

/** What became of a file, and the report that is laid beside it. */
export interface Handled {
  outcome: Outcome
  report: unknown
}

/**
 * Runs a drop folder: one file after the other, those of an interrupted run first. `handle` resolves when everything of
 * the file is on disk; what it throws stops the source, the file stays in `processing/` and is read again.
 */
export function folderSource(
  config: FolderConfig,
  context: SourceContext,
  handle: (file: DropFile, signal: AbortSignal) => Promise<Handled>,
): SourceRunner {
  const path = isAbsolute(config.folder) ? config.folder : join(context.dataDir, config.folder)
  const folder = new DropFolder(path, config.settleS * 1000)
  const ends = new AbortController()
  let running: Promise<void> = Promise.resolve()
  let stuck = 0

  async function run(unfinished: readonly DropFile[]): Promise<void> {
    for (const file of unfinished) await one(file)
    while (!ends.signal.aborted) {
      await scan()
      await pause(config.scanS * 1000, ends.signal).catch(() => {})
    }
  }

  async function scan(): Promise<void> {
    const files = await folder.take(context.clock.now()).catch((error: Error) => {
      context.state('degraded', `目录 ${config.folder} 读不到（${error.message.slice(0, 80)}），请检查共享是否断开`)
      return []
    })
    for (const file of files) await one(file)
    if (folder.stuck !== stuck) await tellStuck(folder.stuck)
  }

  /** How many wait in vain, once for each change: a health message, and an event that alerts. Names are personal. */
  async function tellStuck(count: number): Promise<void> {
    stuck = count
    const text = `目录 ${config.folder} 中 ${count} 个文件与其校验文件（.md5、.sha256）不符已超过 10 分钟，未读取；请重新摆渡`
    if (count > 0) context.state('degraded', text.slice(0, 200))
    else context.state('ok')
    const now = context.clock.now()
    await context.deliver([
      {
        type: 'collector.rejected',
        object: config.id,
        device: config.id,
        nativeKey: `digest|${count}|${now}`,
        observedMs: now,
        observedAt: atZone(now, ZONE).observedAt,
        data: { reason: count > 0 ? 'digest' : 'digest-fits', count, folder: config.folder },
      },
    ])
  }

  async function one(file: DropFile): Promise<void> {
    if (ends.signal.aborted) return
    const { outcome, report } = await handle(file, ends.signal)
    await folder.finish(file, outcome, report)
  }

  return {
    async start() {
      await folder.prepare()
      running = run(await folder.unfinished()).catch((error: unknown) => {
        if (!ends.signal.aborted) context.crashed(error)
      })
    },
    async stop() {
      ends.abort(new Error('采集器停止'))
      await running
    },
  }
}
