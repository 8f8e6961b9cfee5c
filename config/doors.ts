import { z } from 'zod'
import { common, listening, secret } from './source-common.ts'

/** sources.yaml: the vendors of door controllers. */

/** HTTP and nothing else: no other protocol is ever spoken to a device. */
const webAddress = z.url({ protocol: /^https?$/ })

const device = { id: z.string(), url: webAddress, username: z.string(), password: secret }
const polling = {
  pollS: z.number().positive().default(5),
  overlapMin: z.number().positive().default(10),
  /** How far back the very first poll looks. */
  backfillDays: z.number().min(0).default(1),
}

/** ISAPI: polled, streamed, and with `push` also posted by the device to us. */
export const Hikvision = z.strictObject({
  ...common,
  kind: z.literal('hikvision'),
  profile: z.string(),
  devices: z.array(z.strictObject(device)).min(1),
  ...polling,
  stream: z.boolean().default(true),
  /** 设备“HTTP 监听”：填 http://本机:port/hik/设备编号/token。 */
  push: z.strictObject({ ...listening, token: secret }).optional(),
})

/** iSecure Center or HikCentral: one platform that knows all doors; a door's `device` is its doorIndexCode. */
export const Artemis = z.strictObject({
  ...common,
  kind: z.literal('artemis'),
  profile: z.string(),
  url: webAddress,
  appKey: z.string(),
  appSecret: secret,
  /** The platform's own certificate, when no public authority signed it. */
  caFile: z.string().optional(),
  ...polling,
})

/** CGI: recordFinder polled, eventManager attached. */
export const Dahua = z.strictObject({
  ...common,
  kind: z.literal('dahua'),
  profile: z.string(),
  devices: z
    .array(
      z.strictObject({
        ...device,
        /** The model stores local time as if it were UTC. */
        epochIsLocal: z.boolean().default(false),
      }),
    )
    .min(1),
  ...polling,
  stream: z.boolean().default(true),
})

/** PUSH: the device is the client. Without authentication: serial numbers, addresses and the key are the fence. */
export const Zkteco = z.strictObject({
  ...common,
  kind: z.literal('zkteco'),
  profile: z.string(),
  ...listening,
  devices: z.array(z.strictObject({ id: z.string(), serial: z.string().regex(/^[\w.-]{1,40}$/) })).min(1),
  /** Must be the `pushcommkey` of the device where it sends one. */
  commKey: secret.optional(),
  /** What a serial number that is not listed gets. */
  unknownSerial: z.union([z.literal(403), z.literal(404)]).default(403),
})
