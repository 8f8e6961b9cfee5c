import type { SourceOf } from '../../config/schema.ts'
import { type HttpListener, listenHttp } from '../intake/http-listener.ts'
import { createSenders } from '../intake/senders.ts'
import type { SourceContext, SourceFactory } from '../source.ts'
import { doorTable } from './door-table.ts'
import { DevicesHealth } from './health.ts'
import { readProfile, ZktecoProfile } from './profile.ts'
import { ZkDesk } from './zk-desk.ts'
import { ZkDevice } from './zk-device.ts'

const MAX_BYTES = 4 * 1024 * 1024
const QUIET_CHECK_MS = 5000

/** ZKTeco PUSH (protocols.md 2.3): the devices are the clients, we answer `/iclock/*` in both dialects. */
export const zktecoSource: SourceFactory<'zkteco'> = (config, context) => {
  let listener: HttpListener | undefined
  let timer: NodeJS.Timeout | undefined
  return {
    async start() {
      const profile = readProfile(ZktecoProfile, context.profile)
      const devices = devicesOf(config, context, profile)
      const commKey = config.commKey && context.secret(config.commKey)
      const desk = new ZkDesk({ profile, devices, commKey, unknownSerial: config.unknownSerial, context })
      listener = await listenHttp({
        host: config.host,
        port: config.port,
        senders: createSenders(config.allow, config.maxPerMinute / 60),
        maxBytes: MAX_BYTES,
        now: () => context.clock.now(),
        answer: (call) => desk.answer(call),
        turnedAway: (sender, why) => desk.turnedAway(sender, why),
        failed(error) {
          context.log.error({ err: error }, '门禁上传没有存下，设备会重发')
          context.state('degraded', '上传的记录没有存下，设备会重发；请检查本机磁盘')
        },
      })
      context.listens({ http: listener.port })
      const quiet = () => {
        for (const device of devices.values()) device.checkSilence()
      }
      timer = setInterval(quiet, QUIET_CHECK_MS)
    },
    async stop() {
      clearInterval(timer)
      await listener?.close()
    },
  }
}

function devicesOf(
  config: SourceOf<'zkteco'>,
  context: SourceContext,
  profile: ZktecoProfile,
): ReadonlyMap<string, ZkDevice> {
  const health = new DevicesHealth(context)
  return new Map(
    config.devices.map(({ id, serial }) => {
      const door = doorTable(context.places.doors, config.id, id)
      const by = { profile, device: id, door, personHash: context.personHash }
      return [serial, new ZkDevice({ context, by, health })]
    }),
  )
}
