import { createHash } from 'node:crypto'
import type { ProfileFile, SourceConfig } from '../../config/schema.ts'
import { atZone } from '../intake/wall-clock.ts'
import { type Decoded, nothing, refuse } from '../source.ts'
import { type DryRunOffice, empty, keysOf, type SampleReading } from './reading.ts'

/** One reading of a sample by the way that a source of this kind takes. @throws Error in Chinese when it cannot be tried */
export async function decodeSample(source: SourceConfig, bytes: Buffer, office: DryRunOffice): Promise<SampleReading> {
  const profile = office.profiles.get(source.profile)
  if (!profile)
    throw new Error(`profiles/ 下没有方言 “${source.profile}”，可用：${[...office.profiles.keys()].join('、')}`)
  switch (source.kind) {
    case 'case-export':
    case 'case-sql':
      // A page of a view that somebody saved as text has the same columns.
      return await caseSample(source.id, profile, bytes, office)
    case 'wand-csv':
      return await wandSample(source.id, profile, bytes, office)
    case 'syslog':
    case 'log-file':
    case 'line-folder':
    case 'web-hook':
    case 'vendor':
      return await lineSample(source, profile, bytes, office)
    case 'terminal-table':
      return await (await import('./terminals.ts')).tableSample(profile, bytes, office)
    case 'clamd':
      return (await import('./terminals.ts')).clamdSample(source, profile, bytes, office)
    case 'hikvision':
    case 'artemis':
    case 'dahua':
    case 'zkteco':
      return (await import('./doors.ts')).doorSample(source, profile, bytes, office)
  }
}

async function caseSample(
  id: string,
  profile: ProfileFile,
  bytes: Buffer,
  office: DryRunOffice,
): Promise<SampleReading> {
  const [{ parseApart }, { caseProfile }, { toFacts }, { caseDraft }] = await Promise.all([
    import('../cases/parse-apart.ts'),
    import('../cases/profile.ts'),
    import('../cases/diff.ts'),
    import('../cases/draft.ts'),
  ])
  const dialect = caseProfile(profile)
  const answer = await parseApart(bytes, dialect, AbortSignal.timeout(20_000))
  if (!answer.ok) return empty([{ ...refuse(answer.reason, bytes, answer.detail), excerpt: '' }])
  const { table } = answer
  const by = {
    device: id,
    mark: 'dry-run',
    observedMs: office.now,
    observedAt: atZone(office.now, dialect.zone).observedAt,
    late: true,
  }
  return {
    drafts: table.rows.map((row) => caseDraft({ type: 'case.snapshot', facts: toFacts(row, office.personHash) }, by)),
    refusals: table.refusals.map(({ sheet, line, reason, detail }) => {
      const where = `${sheet === '' ? '' : `工作表“${sheet}”`}第 ${line} 行`
      return { ...refuse(reason, where, detail), excerpt: where }
    }),
    dropped: table.feet,
    mapped: [...table.fields],
    unmapped: table.unmapped,
    notes: [
      ...table.warnings,
      table.exportedAt === null
        ? '没有找到制表时间，将以文件时间为准'
        : `制表时间 ${table.exportedAt.replace('T', ' ')}`,
      ...(table.feet > 0 ? [`忽略 ${table.feet} 行合计、签字或空行`] : []),
    ],
  }
}

async function wandSample(
  id: string,
  profile: ProfileFile,
  bytes: Buffer,
  office: DryRunOffice,
): Promise<SampleReading> {
  const [{ decodeWand, decodeWandBook }, { wandProfile }] = await Promise.all([
    import('../patrol/decode.ts'),
    import('../patrol/profile.ts'),
  ])
  const chips = new Map(office.site.patrol.points.map((point) => [point.chip.toUpperCase(), point.id]))
  const by = {
    profile: wandProfile(profile),
    device: id,
    point: (chip: string) => chips.get(chip),
    personHash: office.personHash,
  }
  const isBook = bytes[0] === 0x50 && bytes[1] === 0x4b
  const hash = createHash('sha256').update(bytes).digest('hex')
  const reading = isBook
    ? decodeWandBook(await (await import('../cases/xlsx/read.ts')).readXlsx(bytes), hash, office.now, by)
    : decodeWand(bytes, office.now, by)
  if (!reading.ok) return empty([reading.refusal])
  return { ...reading, mapped: keysOf(reading.drafts), unmapped: [], notes: [`读到 ${reading.rows} 行`] }
}

const MAX_LINES = 2000
type LineKind = Extract<SourceConfig, { kind: 'syslog' | 'log-file' | 'line-folder' | 'web-hook' | 'vendor' }>

async function lineSample(
  source: LineKind,
  profile: ProfileFile,
  bytes: Buffer,
  office: DryRunOffice,
): Promise<SampleReading> {
  const [{ dialectOf }, { createDecoder }, { lineDecoder }, { messagesOf }] = await Promise.all([
    import('../terminals/dialects.ts'),
    import('../intake/syslog-decode.ts'),
    import('../intake/line-decode.ts'),
    import('../intake/posted.ts'),
  ])
  const dialect = await dialectOf(profile, office.personHash, office.vendorDir)
  const host = 'host' in source && source.kind !== 'web-hook' ? source.host : undefined
  const decode = source.kind === 'syslog' ? createDecoder(dialect) : lineDecoder(dialect, host)
  const lines = source.kind === 'web-hook' ? (messagesOf(bytes) ?? []).map((one) => Buffer.from(one)) : linesOf(bytes)
  const all: Decoded = nothing()
  for (const line of lines.slice(0, MAX_LINES)) {
    const { drafts, refusals, dropped } = decode(line, office.now)
    all.drafts.push(...drafts)
    all.refusals.push(...refusals)
    all.dropped += dropped
  }
  return {
    ...all,
    mapped: keysOf(all.drafts),
    unmapped: unread(lines.slice(0, 200), profile),
    notes: [
      `共 ${lines.length} 行`,
      ...(lines.length > MAX_LINES ? [`只试前 ${MAX_LINES} 行`] : []),
      ...(all.dropped > 0 ? [`按方言丢弃并计数 ${all.dropped} 条`] : []),
    ],
  }
}

function linesOf(bytes: Buffer): Buffer[] {
  const lines: Buffer[] = []
  for (let from = 0; from < bytes.length; ) {
    const end = bytes.indexOf(0x0a, from)
    const line = bytes.subarray(from, end < 0 ? bytes.length : end)
    const bare = line.at(-1) === 0x0d ? line.subarray(0, -1) : line
    if (bare.length > 0) lines.push(bare)
    from = end < 0 ? bytes.length : end + 1
  }
  return lines
}

/** Keys of JSON bodies that the profile never names: what it leaves lying. Other bodies are not guessed at. */
function unread(lines: readonly Buffer[], profile: ProfileFile): string[] {
  const named = new Set(JSON.stringify(profile).match(/[\p{L}\w]+/gu))
  const keys = new Set<string>()
  for (const line of lines) {
    const text = line.toString('utf8')
    const start = text.indexOf('{')
    if (start < 0) continue
    try {
      for (const key of Object.keys(JSON.parse(text.slice(start)) as object)) if (!named.has(key)) keys.add(key)
    } catch {
      // Not whole: the decoder has said so already.
    }
  }
  return [...keys].slice(0, 60)
}
