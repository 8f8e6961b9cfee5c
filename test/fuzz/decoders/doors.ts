import { readPage } from '../../../collectors/doors/acs-page.ts'
import { readAlert } from '../../../collectors/doors/alert.ts'
import { readArtemis } from '../../../collectors/doors/artemis-page.ts'
import { readDeviceTime } from '../../../collectors/doors/clock-check.ts'
import { readDahuaTime } from '../../../collectors/doors/dahua.ts'
import { isWholeEvent, readDahuaPart } from '../../../collectors/doors/dahua-events.ts'
import { readRecords } from '../../../collectors/doors/dahua-records.ts'
import { decodeRow } from '../../../collectors/doors/decode.ts'
import {
  ArtemisProfile,
  DahuaProfile,
  type DoorProfile,
  HikvisionProfile,
  readProfile,
  ZktecoProfile,
} from '../../../collectors/doors/profile.ts'
import { readPush } from '../../../collectors/doors/push.ts'
import type { DoorRow } from '../../../collectors/doors/row.ts'
import { readAttlog, readRtlog, readRtstate, readTransactions } from '../../../collectors/doors/zk-tables.ts'
import { readChallenge } from '../../../collectors/intake/digest.ts'
import { MultipartReader } from '../../../collectors/intake/multipart.ts'
import { profileOf } from '../../collectors/terminals/decoders.ts'
import { type Fuzzed, fixtures, text } from '../fuzzed.ts'

const NOW = Date.parse('2026-11-24T09:00:00+08:00')
const hikvision = readProfile(HikvisionProfile, profileOf('hikvision-isapi'))
const artemis = readProfile(ArtemisProfile, profileOf('hikvision-artemis'))
const dahua = readProfile(DahuaProfile, profileOf('dahua-cgi'))
const zkteco = readProfile(ZktecoProfile, profileOf('zkteco-push'))

/** All the way to drafts. */
const decodeAll = (profile: DoorProfile, rows: readonly DoorRow[]): void => {
  const by = { profile, device: 'd', door: () => undefined, personHash: (no: string) => `h:${no.length}` }
  for (const row of rows) decodeRow(row, NOW, by)
}
const named =
  (...starts: string[]) =>
  (name: string) =>
    starts.some((start) => name.startsWith(start))
const records = { profile: dahua, epochIsLocal: false }

/** Two pieces, since a boundary may be split anywhere. */
function parts(reader: MultipartReader, input: Uint8Array) {
  const half = Math.floor(input.length / 2)
  const events = [...reader.feed(input.subarray(0, half)), ...reader.feed(input.subarray(half)), ...reader.flush()]
  return events.flatMap((event) => (event.what === 'part' ? [event.part] : []))
}

const row = {
  eventId: 'e1',
  eventTime: '2026-11-24T08:31:05+08:00',
  eventType: 196_893,
  doorIndexCode: 'c',
  jobNo: '7',
}
const pushed =
  '{"eventType":"AccessControllerEvent","dateTime":"2026-11-24T08:59:59+08:00","AccessControllerEvent":{"majorEventType":5,"subEventType":75,"doorNo":1,"serialNo":7}}'

export const fuzzed: Fuzzed[] = [
  {
    name: 'hikvision-page',
    seeds: fixtures('hikvision', named('page', 'no-match', 'login')),
    decode(input) {
      const page = readPage(input)
      if (page.ok) decodeAll(hikvision, page.rows)
    },
  },
  {
    name: 'hikvision-stream',
    seeds: fixtures('hikvision', named('stream')),
    decode(input) {
      for (const part of parts(new MultipartReader(), input)) decodeAll(hikvision, readAlert(part).rows)
    },
  },
  {
    name: 'hikvision-push',
    seeds: text(
      `--MIME\r\nContent-Disposition: form-data; name="event_log"\r\nContent-Type: application/json\r\n\r\n${pushed}\r\n--MIME--\r\n`,
    ),
    decode: (input) => decodeAll(hikvision, readPush(input, 'multipart/form-data; boundary=MIME').rows),
  },
  {
    name: 'hikvision-time',
    seeds: text('<?xml version="1.0"?><Time><localTime>2026-11-24T08:31:05+08:00</localTime></Time>'),
    decode: (input) => readDeviceTime(input, hikvision.zone),
  },
  {
    name: 'artemis',
    seeds: text(JSON.stringify({ code: '0', data: { total: 1, list: [row] } }), '{"code":"0x02401003","msg":"x"}'),
    decode(input) {
      const page = readArtemis(input)
      if (page.ok) decodeAll(artemis, page.rows)
    },
  },
  {
    name: 'dahua-records',
    seeds: fixtures('dahua', (name) => !name.includes('attach')),
    decode(input) {
      const page = readRecords(input, records)
      if (page.ok) decodeAll(dahua, page.rows)
    },
  },
  {
    name: 'dahua-stream',
    seeds: fixtures('dahua', named('g7-10')),
    decode(input) {
      for (const part of parts(new MultipartReader({ isWhole: isWholeEvent }), input))
        decodeAll(dahua, readDahuaPart(part, NOW, records).rows)
    },
  },
  {
    name: 'dahua-time',
    seeds: text('result=2026-11-24 09:00:00\r\n'),
    decode: (input) => readDahuaTime(input, dahua.zone),
  },
  {
    name: 'zkteco-attlog',
    seeds: fixtures('zkteco', named('g8-03', 'g8-10')),
    decode: (input) => decodeAll(zkteco, readAttlog(input, zkteco).rows),
  },
  {
    name: 'zkteco-rtlog',
    seeds: fixtures('zkteco', named('g8-04', 'g8-05', 'g8-11')),
    decode: (input) => decodeAll(zkteco, readRtlog(input, zkteco).rows),
  },
  {
    name: 'zkteco-transactions',
    seeds: fixtures('zkteco', named('g8-transaction')),
    decode: (input) => decodeAll(zkteco, readTransactions(input, zkteco).rows),
  },
  {
    name: 'zkteco-rtstate',
    seeds: fixtures('zkteco', named('g8-13')),
    decode: (input) => readRtstate(input),
  },
  {
    name: 'digest-challenge',
    seeds: text(
      'Basic realm="x", Digest realm="a, b", nonce="n\\"q", qop="auth", algorithm=SHA-256, stale="true", opaque=""',
    ),
    decode: (input) => readChallenge([Buffer.from(input).toString('latin1')]),
  },
]
