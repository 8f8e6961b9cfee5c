import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { officeTime } from '../../../config/zone.ts'
import { anchorFolder } from '../../anchor.ts'
import { systemClock } from '../../clock.ts'
import { timeIsSynced } from '../../upkeep/facts.ts'
import { type Check, type Finding, fail, ok, type Place, warn } from './check.ts'

const AHEAD_MS = 60_000
const SET = '校准系统时间并启用 chrony 或 systemd-timesyncd，指向本院时间服务器；校准之前不要启动服务'

/** Times of events from several machines are compared: a clock that nobody sets makes every age wrong. */
export const clockCheck: Check = {
  subject: '时钟',
  look: async (place) => {
    const at = systemClock.now()
    const now = officeTime(at)
    if (now.year < 2025)
      return [fail(`系统时间为 ${now.toPlainDateTime().toString({ smallestUnit: 'second' })}，不可能`, SET)]
    const newest = newestKnown(place)
    if (newest > at + AHEAD_MS) return [behind(newest, at)]
    return [
      timeIsSynced()
        ? ok('已启用时间同步')
        : warn('没有发现时间同步服务', '启用 chrony 或 systemd-timesyncd，并指向本院时间服务器'),
    ]
  },
}

function behind(newest: number, at: number): Finding {
  const minutes = Math.round((newest - at) / 60_000)
  const long = minutes < 120 ? `${minutes} 分钟` : `${Math.round(minutes / 60)} 小时`
  return fail(`系统时间比已存数据早 ${long}：时钟被拨回，或存数据时时钟偏快`, SET)
}

/** The newest moment that our own chain or what was kept of it outside has written, epoch ms. */
function newestKnown({ dataDir }: Place): number {
  const texts = [newestEntry(join(dataDir, 'records.sqlite')), lastAnchor(join(anchorFolder(dataDir), 'audit.ndjson'))]
  return Math.max(0, ...texts.map((text) => Date.parse(text ?? '')).filter(Number.isFinite))
}

function newestEntry(file: string): string | undefined {
  if (!existsSync(file)) return undefined
  try {
    const db = new DatabaseSync(file, { readOnly: true })
    try {
      return String(db.prepare('select max(at) as at from chain_entry').get()?.at ?? '')
    } finally {
      db.close()
    }
  } catch {
    // Told by the check of the records.
    return undefined
  }
}

function lastAnchor(file: string): string | undefined {
  try {
    return (JSON.parse(readFileSync(file, 'utf8').trimEnd().split('\n').at(-1) ?? '') as { at?: string }).at
  } catch {
    return undefined
  }
}
