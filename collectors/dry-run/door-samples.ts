import type { ProfileFile } from '../../config/schema.ts'
import { readPage } from '../doors/acs-page.ts'
import { readArtemis } from '../doors/artemis-page.ts'
import { readDahuaPart } from '../doors/dahua-events.ts'
import { readRecords } from '../doors/dahua-records.ts'
import {
  ArtemisProfile,
  DahuaProfile,
  type DoorProfile,
  hikvisionProfile,
  readProfile,
  ZktecoProfile,
} from '../doors/profile.ts'
import { readPush } from '../doors/push.ts'
import type { DoorRow } from '../doors/row.ts'
import { readAttlog, readRtlog, readRtstate, readTransactions } from '../doors/zk-tables.ts'
import { type Refusal, refuse } from '../source.ts'

/** Rows of a captured text, before they are events. */
export interface RowsRead {
  rows: DoorRow[]
  refusals: Refusal[]
  dropped: number
  notes: string[]
}
interface Sample {
  profile: DoorProfile
  read: RowsRead
}

const headOf = (bytes: Buffer): string => bytes.subarray(0, 4000).toString('latin1')

/** An answer of `AcsEvent`, one document of alertStream, or a posted multipart body. */
export function hikvisionSample(file: ProfileFile, bytes: Buffer): Sample {
  const profile = hikvisionProfile(file)
  const head = headOf(bytes)
  if (/"AcsEvent"\s*:/.test(head)) {
    const page = readPage(bytes)
    const rows = page.ok ? page.rows : []
    const refusals = page.ok ? page.refusals : [page.refusal]
    return { profile, read: { rows, refusals, dropped: 0, notes: ['按 AcsEvent 查询应答读取'] } }
  }
  const boundary = /^\s*--([^\r\n]{1,70})/.exec(head)?.[1]
  const pushed = readPush(bytes, boundary === undefined ? undefined : `multipart/form-data; boundary=${boundary}`)
  const { rows, refusals, dropped, heartbeats } = pushed
  return { profile, read: { rows, refusals, dropped, notes: ['按实时流或推送报文读取', ...beats(heartbeats)] } }
}

/** `{code, data: {list}}` of `door/events`. */
export function artemisSample(file: ProfileFile, bytes: Buffer): Sample {
  const profile = readProfile(ArtemisProfile, file)
  const page = readArtemis(bytes)
  const rows = page.ok ? page.rows : []
  const refusals = page.ok ? page.refusals : [page.refusal]
  return { profile, read: { rows, refusals, dropped: 0, notes: page.ok ? [`平台共有 ${page.total} 条`] : [] } }
}

/** `records[n].…` of recordFinder, or `Code=…` of eventManager. */
export function dahuaSample(file: ProfileFile, bytes: Buffer, now: number, epochIsLocal: boolean): Sample {
  const profile = readProfile(DahuaProfile, file)
  const by = { profile, epochIsLocal }
  if (/Code=\w+;\s*action=/.test(headOf(bytes))) {
    const { rows, refusals, dropped, heartbeats, fetch } = readDahuaPart({ headers: new Map(), body: bytes }, now, by)
    const notes = ['按 eventManager 实时事件读取', ...beats(heartbeats)]
    if (fetch) notes.push('刷卡记录以 recordFinder 为准，实时事件只作提醒')
    return { profile, read: { rows, refusals, dropped, notes } }
  }
  const reading = readRecords(bytes, by)
  if (reading.ok)
    return {
      profile,
      read: { ...reading, dropped: 0, notes: [`按 recordFinder 应答读取，设备报告 ${reading.found} 条`] },
    }
  const refusal = reading.why === 'error' ? refuse('bad_header', bytes, '设备拒绝了查询（Error）') : reading.refusal
  return { profile, read: { rows: [], refusals: [refusal], dropped: 0, notes: [] } }
}

/** The body of an upload; which table it was stands in the address, so here it is told by its look. */
export function zktecoSample(file: ProfileFile, bytes: Buffer): Sample {
  const profile = readProfile(ZktecoProfile, file)
  const head = headOf(bytes)
  const [name, reader] = /^\s*transaction\s/im.test(head)
    ? (['transaction', readTransactions] as const)
    : /\bsensor=/i.test(head)
      ? (['rtstate', readRtstate] as const)
      : /\bevent(type)?=/i.test(head)
        ? (['rtlog', readRtlog] as const)
        : (['ATTLOG', readAttlog] as const)
  const { rows, refusals, sensors, lines } = reader(bytes, profile)
  const contacts = sensors.map(({ doorNo, sensor, time }): DoorRow => {
    return { code: `sensor.${sensor}`, time, key: `sensor|${doorNo}|${sensor}|${time}`, doorNo, current: true }
  })
  return {
    profile,
    read: { rows: [...rows, ...contacts], refusals, dropped: 0, notes: [`按 ${name} 表读取 ${lines} 行`] },
  }
}

const beats = (count: number): string[] => (count > 0 ? [`心跳 ${count} 次`] : [])
