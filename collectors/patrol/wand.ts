import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { QUARANTINE_REASONS } from '../../contract/quarantine.ts'
import type { DropFile } from '../intake/drop-folder.ts'
import { folderSource, type Handled } from '../intake/folder-source.ts'
import { refuse, type SourceContext, type SourceFactory } from '../source.ts'
import { decodeWand, decodeWandBook, type WandDecoding, type WandReading } from './decode.ts'
import { wandProfile } from './profile.ts'

const MAX_BYTES = 20 * 1024 * 1024
const FILE = 'file/'

/** Exports of patrol wands in a folder → `patrol.checkin`. Which round a touch belongs to is the server's to say. */
export const wandSource: SourceFactory<'wand-csv'> = (config, context) => {
  const chips = new Map(context.places.patrol.points.map(({ id, chip }) => [chip.toUpperCase(), id]))
  const by: WandDecoding = {
    profile: wandProfile(context.profile),
    device: config.id,
    point: (chip) => chips.get(chip),
    personHash: context.personHash,
    ...(config.personCards ? { personCard: cardTable(config.personCards) } : {}),
  }
  return folderSource(config, context, (file) => handle(file, context, by))
}

function cardTable(cards: Readonly<Record<string, string>>): (chip: string) => string | undefined {
  const known = new Map(Object.entries(cards).map(([chip, employeeNo]) => [chip.toUpperCase(), employeeNo]))
  return (chip) => known.get(chip)
}

/** Workbooks are unpacked within bounds (zip bombs, macros, links are refused), everything else is text. */
async function readExport(bytes: Buffer, hash: string, now: number, by: WandDecoding): Promise<WandReading> {
  const isWorkbook = bytes[0] === 0x50 && bytes[1] === 0x4b
  if (!isWorkbook) return decodeWand(bytes, now, by)
  const { readXlsx } = await import('../cases/xlsx/read.ts')
  const { FileRefused } = await import('../cases/xlsx/limits.ts')
  try {
    return decodeWandBook(await readXlsx(bytes), hash, now, by)
  } catch (error) {
    if (!(error instanceof FileRefused)) throw error
    return { ok: false, refusal: { ...refuse(error.reason, bytes, error.message), excerpt: '' } }
  }
}

async function handle(file: DropFile, context: SourceContext, by: WandDecoding): Promise<Handled> {
  const now = context.clock.now()
  const bytes = file.size > MAX_BYTES ? undefined : await readFile(file.path)
  if (!bytes) return rejected(file, context, refuse('frame_too_long', String(file.size), '文件超过 20 MiB'))
  const hash = createHash('sha256').update(bytes).digest('hex')
  context.contact(now)
  if (context.store.get(FILE + hash) !== undefined) {
    if (file.again) return { outcome: 'done', report: { 文件: file.name, 结果: '已导入', 校验值: hash } }
    return rejected(file, context, { ...refuse('duplicate_file', bytes, '同一文件已导入过'), excerpt: '' })
  }
  const reading = await readExport(bytes, hash, now, by)
  if (!reading.ok) return rejected(file, context, reading.refusal)
  await context.deliver(reading.drafts, { [FILE + hash]: JSON.stringify({ name: file.name, atMs: now }) })
  context.refuse(reading.refusals)
  context.dropped(reading.dropped)
  context.state('ok')
  const report = {
    文件: file.name,
    结果: '已导入',
    批次: hash,
    打点数: reading.rows,
    采用: reading.drafts.length,
    未登记芯片: reading.drafts.filter(({ data }) => data.point === null).length,
    拒绝明细: reading.refusals.map(({ reason, detail }) => ({ 原因: QUARANTINE_REASONS[reason], 说明: detail })),
  }
  return { outcome: 'done', report }
}

function rejected(file: DropFile, context: SourceContext, refusal: ReturnType<typeof refuse>): Handled {
  context.refuse([refusal])
  if (refusal.reason !== 'duplicate_file') context.state('degraded', `最近一份巡更文件未采用：${refusal.detail}`)
  const 结果 = `未导入：${QUARANTINE_REASONS[refusal.reason]}`
  return { outcome: 'rejected', report: { 文件: file.name, 结果, 说明: refusal.detail, 校验值: refusal.hash } }
}
