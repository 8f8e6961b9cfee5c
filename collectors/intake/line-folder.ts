import { readFile } from 'node:fs/promises'
import { QUARANTINE_REASONS } from '../../contract/quarantine.ts'
import { type Decoded, refuse, type SourceContext, type SourceFactory } from '../source.ts'
import { dialectOf } from '../terminals/dialects.ts'
import { cutLines } from './cut-lines.ts'
import type { DropFile } from './drop-folder.ts'
import { folderSource, type Handled } from './folder-source.ts'
import { lineDecoder } from './line-decode.ts'
import type { FrameDecoder } from './syslog-decode.ts'
import { decodeAll, take, withBackfill } from './take.ts'

const MAX_BYTES = 20 * 1024 * 1024

/** Files of lines laid into a folder under their final name (clamd's VirusEvent hook): half-written ones have none yet. */
export const lineFolderSource: SourceFactory<'line-folder'> = (config, context) => {
  let decode: FrameDecoder | undefined
  const runner = folderSource(config, context, (file) => handle(file, context, decode))
  return {
    async start() {
      decode = lineDecoder(await dialectOf(context.profile, context.personHash, context.vendorDir), config.host)
      await runner.start()
      context.state('ok')
    },
    stop: () => runner.stop(),
  }
}

async function handle(file: DropFile, context: SourceContext, decode: FrameDecoder | undefined): Promise<Handled> {
  const now = context.clock.now()
  context.contact(now)
  const decoded = decode && file.size <= MAX_BYTES ? await read(file, decode, now) : tooLong(file)
  await take(context, decoded, now)
  const report = {
    文件: file.name,
    事件: decoded.drafts.length,
    忽略: decoded.dropped,
    拒绝明细: decoded.refusals
      .slice(0, 100)
      .map(({ reason, detail }) => ({ 原因: QUARANTINE_REASONS[reason], 说明: detail })),
  }
  return { outcome: decoded.refusals.length > 0 && decoded.drafts.length === 0 ? 'rejected' : 'done', report }
}

async function read(file: DropFile, decode: FrameDecoder, now: number): Promise<Decoded> {
  const cut = cutLines(await readFile(file.path), { whole: true, skipping: false })
  const decoded = withBackfill(decodeAll(cut.lines, decode, now), now)
  decoded.refusals.push(...cut.tooLong.map((head) => refuse('frame_too_long', head, '一行超过 64 KiB')))
  return decoded
}

const tooLong = (file: DropFile): Decoded => ({
  drafts: [],
  refusals: [refuse('frame_too_long', String(file.size), '文件超过 20 MiB')],
  dropped: 0,
})
