import { readFileSync } from 'node:fs'
import { parse } from 'yaml'
import { REAL_SEAMS } from '../../../collectors/doors/device.ts'
import { hikvisionWith } from '../../../collectors/doors/hikvision.ts'
import { type HikvisionProfile, hikvisionProfile } from '../../../collectors/doors/profile.ts'
import { ProfileFile, type SourceOf } from '../../../config/schema.ts'
import { type Fault, type ScriptedIsapi, scriptedIsapi } from '../../doubles/isapi.ts'
import { type Recorder, recorder } from '../recorder.ts'

export const PROFILE_FILE = ProfileFile.parse(
  parse(readFileSync(new URL('../../../config/profiles/hikvision-isapi.yaml', import.meta.url), 'utf8')),
)
export const PROFILE: HikvisionProfile = hikvisionProfile(PROFILE_FILE)

/** 2026-11-24 09:00:00 in the office. */
export const NINE = Date.parse('2026-11-24T09:00:00+08:00')

export interface DoorOffice {
  device: ScriptedIsapi
  record: Recorder
  /** Pauses longer than this many ms were asked for; they never end by themselves. */
  longPauses: number[]
  clock: { now(): number; ms: number }
  start(): Promise<void>
  stop(): Promise<void>
}

/** One controller `acs-1` with two doors, one real source watching it, and a clock that stands still until moved. */
export async function doorOffice(
  by: {
    faults?: Fault[]
    config?: Partial<SourceOf<'hikvision'>>
    profile?: Partial<HikvisionProfile>
    devicePassword?: string
    store?: Map<string, string>
    device?: ScriptedIsapi
    clock?: DoorOffice['clock']
    heartbeatMs?: number
    capacity?: number
  } = {},
): Promise<DoorOffice> {
  const clock = by.clock ?? { ms: NINE, now: (): number => clock.ms }
  const credentials = { id: 'acs-1', username: 'admin', password: by.devicePassword ?? 'secret', doors: 2 }
  const device =
    by.device ??
    scriptedIsapi(
      {
        host: '127.0.0.1',
        port: 0,
        devices: [credentials],
        clock,
        heartbeatMs: by.heartbeatMs ?? 200,
        capacity: by.capacity,
      },
      by.faults,
    )
  if (!by.device) await device.start()
  const profile = { ...PROFILE_FILE, ...by.profile }
  const record = recorder({ profile, now: clock.now, places: PLACES, store: by.store })
  const config: SourceOf<'hikvision'> = {
    id: 'hik-main',
    name: '门禁控制器',
    domain: 'access',
    kind: 'hikvision',
    profile: PROFILE.id,
    staleAfterS: 60,
    enabled: true,
    demo: false,
    devices: [{ id: 'acs-1', url: device.url('acs-1'), username: 'admin', password: { env: 'X' } }],
    pollS: 0.05,
    overlapMin: 10,
    backfillDays: 0.1,
    stream: false,
    ...by.config,
  }
  const longPauses: number[] = []
  const source = hikvisionWith(config, record.context, {
    pause(ms, signal) {
      if (ms > 60_000) longPauses.push(ms)
      return REAL_SEAMS.pause(ms > 60_000 ? 2 ** 31 - 1 : Math.min(ms, 60), signal)
    },
  })
  return {
    device,
    record,
    longPauses,
    clock,
    start: () => source.start(),
    async stop() {
      await source.stop()
      if (!by.device) await device.stop()
    },
  }
}

export const PLACES: NonNullable<Parameters<typeof recorder>[0]['places']> = {
  doors: [1, 2].map((doorNo) => ({
    id: `door:E${doorNo}`,
    name: `${doorNo}号门`,
    area: '大门',
    floor: '1层',
    x: 1,
    y: 1,
    vertical: false,
    source: 'hik-main',
    device: 'acs-1',
    doorNo,
    sensitive: false,
    heldS: 30,
  })),
  patrol: {
    points: [],
    routes: [],
    rounds: [],
    windowMin: 60,
    earlyMin: 10,
    lateMin: 30,
    downloadHours: 12,
    minGapS: 20,
  },
}

/** Polls made so far. */
export const polls = (
  device: ScriptedIsapi,
): { searchID: string; searchResultPosition: number; startTime: string; endTime: string }[] =>
  device.requests
    .filter(({ line, body }) => line.includes('AcsEvent') && body !== '')
    .map(({ body }) => JSON.parse(body).AcsEventCond)
