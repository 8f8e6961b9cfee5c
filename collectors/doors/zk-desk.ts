import { createHash, timingSafeEqual } from 'node:crypto'
import type { HttpCall, HttpReply } from '../intake/http-listener.ts'
import { refuse, type SourceContext } from '../source.ts'
import type { ZktecoProfile } from './profile.ts'
import type { ZkDevice } from './zk-device.ts'
import { readAttlog, readRtlog, readRtstate, readTransactions, type TableReading } from './zk-tables.ts'

export interface ZkDeskParts {
  profile: ZktecoProfile
  /** By serial number. */
  devices: ReadonlyMap<string, ZkDevice>
  commKey: string | undefined
  unknownSerial: 403 | 404
  context: SourceContext
}

type Reader = (body: Uint8Array, profile: ZktecoProfile) => TableReading
/** Tables that are understood; names as the firmware writes them, compared in lower case. */
const TABLES: Readonly<Record<string, Reader>> = {
  attlog: readAttlog,
  rtlog: readRtlog,
  rtstate: readRtstate,
  transaction: readTransactions,
}
const OK: HttpReply = { status: 200, body: 'OK' }
const COMPLAIN_MS = 60_000

/** Answers `/iclock/*` of all devices of one source. */
export class ZkDesk {
  readonly #by: ZkDeskParts
  #complainedMs = 0

  constructor(by: ZkDeskParts) {
    this.#by = by
  }

  turnedAway(sender: string, why: string): void {
    this.#by.context.dropped(1)
    this.#complain({ sender, why }, '门禁上传来自名单之外的地址或过快，已拒绝；若属实请改 sources.yaml 的 allow')
  }

  async answer(call: HttpCall): Promise<HttpReply> {
    const serial = call.query.get('SN') ?? ''
    const device = this.#by.devices.get(serial)
    if (!call.path.startsWith('/iclock/')) return { status: 404, body: '' }
    if (!device || !this.#keyFits(call)) return this.#stranger(serial.slice(0, 40), device !== undefined)
    device.heard()
    switch (`${call.method} ${call.path.replace(/\.aspx$/, '')}`) {
      case 'GET /iclock/cdata':
        return this.#handshake(device, serial, call)
      case 'POST /iclock/cdata':
        return await this.#upload(device, call)
      case 'POST /iclock/registry':
        return { status: 200, body: `RegistryCode=${this.#registryCode(serial)}` }
      case 'GET /iclock/push':
      case 'POST /iclock/push':
        return { status: 200, body: this.#accOptions(serial) }
      default:
        // getrequest, devicecmd, ping, querydata: we have no commands; a sign of life is all they are.
        return OK
    }
  }

  #keyFits({ query }: HttpCall): boolean {
    const { commKey } = this.#by
    const given = query.get('pushcommkey')
    const asked = query.get('options') === 'all' || given !== null
    return commKey === undefined || !asked || sameText(commKey, given ?? '')
  }

  #stranger(serial: string, wrongKey: boolean): HttpReply {
    const { context, unknownSerial } = this.#by
    context.dropped(1)
    const what = wrongKey ? '通讯密钥不符' : '序列号未登记'
    this.#complain({ serial }, `门禁设备${what}，已拒绝；若属实请改 sources.yaml`)
    return { status: wrongKey ? 403 : unknownSerial, body: '' }
  }

  #complain(details: object, text: string): void {
    const now = this.#by.context.clock.now()
    if (now - this.#complainedMs < COMPLAIN_MS) return
    this.#complainedMs = now
    this.#by.context.log.warn(details, text)
  }

  /** Without TimeZone: it would set the device's clock. */
  #handshake(device: ZkDevice, serial: string, { query }: HttpCall): HttpReply {
    if (/^acc$/i.test(query.get('DeviceType') ?? ''))
      return {
        status: 200,
        body: `registry=ok\nRegistryCode=${this.#registryCode(serial)}\n${this.#accOptions(serial)}`,
      }
    const stamps = ['ATTLOG', 'OPERLOG'].map((table) => `${table}Stamp=${device.stamp(table) ?? NO_STAMP[table]}`)
    const options = Object.entries(this.#by.profile.options).map(([key, value]) => `${key}=${value}`)
    return { status: 200, body: [`GET OPTION FROM: ${serial}`, ...stamps, ...options].join('\n') }
  }

  #accOptions(serial: string): string {
    const { ErrorDelay = 30, TransTimes = '', TransInterval = 1, Realtime = 1 } = this.#by.profile.options
    const all = {
      ServerVersion: '3.1.2',
      ServerName: 'sanling',
      PushProtVer: '3.1.2',
      ErrorDelay,
      RequestDelay: 10,
      TransTimes,
      TransInterval,
      TransTables: 'Transaction',
      Realtime,
      SessionID: this.#registryCode(serial),
      TimeoutSec: 10,
    }
    return `${Object.entries(all)
      .map(([key, value]) => `${key}=${value}`)
      .join('\n')}\n`
  }

  /** The same after a restart, without keeping it: a device must not have to register again. */
  #registryCode(serial: string): string {
    return this.#by.context.personHash(`zkteco registry ${serial}`).slice(2, 14)
  }

  async #upload(device: ZkDevice, call: HttpCall): Promise<HttpReply> {
    const { profile, context } = this.#by
    const table = call.query.get('table') ?? ''
    const name = (/^tabledata$/i.test(table) ? (call.query.get('tablename') ?? '') : table).slice(0, 40)
    const body = await call.body()
    if (!body) return { status: 413, body: '' }
    const answer = /^tabledata$/i.test(table) ? { status: 200, body: `${name}=${call.query.get('count') ?? 0}` } : OK
    if (body.length === 0) return answer
    if (profile.ignoreTables.some((one) => one.toLowerCase() === name.toLowerCase())) {
      // Fingerprints, faces and names stay where they are.
      context.dropped(1)
      return answer
    }
    const read = Object.hasOwn(TABLES, name.toLowerCase()) ? TABLES[name.toLowerCase()] : undefined
    if (!read) {
      // Anything but OK and the device would hold back all the rest; a silent OK would lose it.
      context.refuse([{ ...refuse('unknown_topic', body, `设备 ${device.id} 上传了未知的表 ${name}`), excerpt: name }])
      return answer
    }
    await device.take(read(body, profile), name.toUpperCase(), call.query.get('Stamp') ?? undefined)
    return answer
  }
}

/** `None` asks for everything, 9999 for nothing of what was. */
const NO_STAMP: Readonly<Record<string, string>> = { ATTLOG: 'None', OPERLOG: '9999' }

const sameText = (a: string, b: string): boolean => {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(a), digest(b))
}
