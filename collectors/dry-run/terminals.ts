import type { ProfileFile, SourceOf } from '../../config/schema.ts'
import { readBook } from '../cases/parse.ts'
import { FileRefused } from '../cases/xlsx/limits.ts'
import { atZone } from '../intake/wall-clock.ts'
import { refuse } from '../source.ts'
import { readStats, readVersion } from '../terminals/clamd-answers.ts'
import { present } from '../terminals/facts.ts'
import { ClamavProfile, readProfile } from '../terminals/profile.ts'
import { readTerminalTable } from '../terminals/table.ts'
import { diffTable } from '../terminals/table-diff.ts'
import { TableProfile } from '../terminals/table-profile.ts'
import { type DryRunOffice, empty, keysOf, type SampleReading } from './reading.ts'

/** A list that somebody exported, as if nothing were known yet. */
export async function tableSample(file: ProfileFile, bytes: Buffer, { now }: DryRunOffice): Promise<SampleReading> {
  const profile = readProfile(TableProfile, file)
  try {
    const table = readTerminalTable(await readBook(bytes), profile)
    if (table.what === 'unknown')
      return {
        ...empty([refuse('header_not_found', bytes.subarray(0, 64), '表头须有计算机名和补丁号，或计算机名和硬件列')]),
        unmapped: table.found,
      }
    const verdict = diffTable(table, { profile, known: new Map(), madeMs: now, confirmed: true })
    const drafts = verdict.what === 'apply' ? verdict.drafts : []
    const names = [...table.hosts.values()].flatMap((facts) => Object.keys(facts))
    return {
      drafts,
      refusals: [],
      dropped: table.feet + table.unnamed,
      mapped: [...new Set(['host', ...names, ...keysOf(drafts)])],
      unmapped: [],
      notes: [
        `${table.what === 'patches' ? '补丁' : '硬件'}清单，${table.rows} 行，${table.hosts.size} 台终端`,
        ...(table.what === 'hardware' ? ['硬件清单第一份只作底数，以后的变化才产生事件'] : []),
        ...(table.unnamed > 0 ? [`${table.unnamed} 行没有计算机名`] : []),
      ],
    }
  } catch (error) {
    if (error instanceof FileRefused) return empty([refuse(error.reason, bytes.subarray(0, 64), error.message)])
    throw error
  }
}

/** Answers of clamd to VERSION and STATS, as `clamdscan --version` or a terminal shows them. */
export function clamdSample(
  source: SourceOf<'clamd'>,
  file: ProfileFile,
  bytes: Buffer,
  { now }: DryRunOffice,
): SampleReading {
  const { zone, device } = readProfile(ClamavProfile, file)
  const text = bytes.toString('utf8').replaceAll('\0', '\n')
  const version = text.split('\n').flatMap((line) => readVersion(line.trim(), zone) ?? [])[0]
  const stats = readStats(text)
  const pong = /^\s*PONG\s*$/m.test(text)
  if (!version && !pong && Object.keys(stats).length === 0)
    return empty([refuse('bad_header', bytes, '不是 clamd 对 PING、VERSION 或 STATS 的应答')])
  const ageMs = version?.database?.dayMs === undefined ? undefined : Math.max(0, now - version.database.dayMs)
  const host = source.engines[0]?.host ?? source.id
  const data = present({
    host,
    engine: 'ClamAV',
    up: true,
    engine_version: version?.engine,
    sig_version: version?.database && String(version.database.version),
    sig_age_h: ageMs === undefined ? undefined : Math.round(ageMs / 3_600_000),
    db_missing: version ? version.database === undefined : undefined,
    threads: stats.threads,
    threads_max: stats.threadsMax,
    queue: stats.queue,
    mem_mb: stats.memMb,
  })
  const draft = {
    type: 'terminal.engine',
    object: host.slice(0, 128),
    device,
    nativeKey: `engine|${host}|dry-run`,
    observedMs: now,
    observedAt: atZone(now, zone).observedAt,
    data,
  }
  const notes = ['启用后每次轮询自动询问 PING、VERSION、STATS，并按间隔用测试串验证能否查出']
  return { drafts: [draft], refusals: [], dropped: 0, mapped: Object.keys(data), unmapped: [], notes }
}
