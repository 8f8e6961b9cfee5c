import { z } from 'zod'
import type { ProfileFile } from '../../config/schema.ts'
import { EVENT_TYPES } from '../../contract/catalogue.ts'

const type = z.string().refine((one) => one in EVENT_TYPES, '没有这种事件类型')

/** What a `major.minor` of the device means in our words. */
const EventMeaning = z.strictObject({
  type,
  credential: z.enum(['card', 'face', 'fp', 'pw', 'qr', 'idcard', 'multi', 'na']).optional(),
  reason: z.enum(['no_permission', 'time', 'unknown_card', 'expired', 'verify_fail', 'interlock']).optional(),
  mode: z.enum(['normal', 'always-open', 'always-closed']).optional(),
  lock: z.enum(['open', 'closed']).optional(),
  drop: z.boolean().default(false),
})

/** What decoding a door's events needs of any vendor's profile. */
export const doorProfile = {
  id: z.string(),
  version: z.int(),
  basis: z.string(),
  zone: z.string(),
  backfillAfterMin: z.number().positive(),
  skewNoticeS: z.number().positive(),
}
const codes = (pattern: RegExp, hint: string) => z.record(z.string().regex(pattern, hint), EventMeaning)
const DoorProfileShape = z.object({ ...doorProfile, events: z.record(z.string(), EventMeaning) })
export type DoorProfile = z.output<typeof DoorProfileShape>

/** A live stream: how often its heartbeat comes, and after how many that did not come it is opened again. */
const listening = { heartbeatS: z.number().positive(), silentBeats: z.number().positive() }

/** config/profiles/hikvision-isapi.yaml */
export const HikvisionProfile = z.strictObject({
  ...doorProfile,
  kind: z.literal('hikvision'),
  ...listening,
  events: codes(/^\d+\.\d+$/, '写成 主类型.次类型'),
})
export type HikvisionProfile = z.output<typeof HikvisionProfile>

/** config/profiles/hikvision-artemis.yaml */
export const ArtemisProfile = z.strictObject({
  ...doorProfile,
  kind: z.literal('artemis'),
  /** Path of the event search; versions differ. */
  path: z.string(),
  pageSize: z.int().min(1).max(1000),
  events: codes(/^\d+$/, '写成 eventType'),
})
export type ArtemisProfile = z.output<typeof ArtemisProfile>

const credentials = z.record(z.string(), EventMeaning.shape.credential.unwrap())
const reasons = z.record(z.string(), EventMeaning.shape.reason.unwrap())

/** config/profiles/dahua-cgi.yaml */
export const DahuaProfile = z.strictObject({
  ...doorProfile,
  kind: z.literal('dahua'),
  ...listening,
  /** Very old firmware knows only Basic, which sends the password in clear. */
  allowBasic: z.boolean().default(false),
  /** Doors are counted from 0 in CGI and from 1 on labels. */
  firstDoor: z.int().default(0),
  /** `action=attach&codes=[…]` */
  attach: z.array(z.string()).min(1),
  events: codes(/^[A-Za-z]+\.[A-Za-z0-9]+$/, '写成 record.Status 或 Code.动作'),
  methods: credentials,
  errors: reasons,
})
export type DahuaProfile = z.output<typeof DahuaProfile>

/** config/profiles/zkteco-push.yaml */
export const ZktecoProfile = z.strictObject({
  ...doorProfile,
  kind: z.literal('zkteco'),
  /** Tables that hold templates, photos or names: answered OK and not kept. */
  ignoreTables: z.array(z.string()),
  /** What the handshake tells the device; TimeZone is left out on purpose, it would set the device's clock. */
  options: z.record(z.string(), z.union([z.string(), z.number()])),
  /** `event.N` of rtlog and transactions, `att` of ATTLOG, `sensor.N` of rtstate. */
  events: codes(/^(event\.\d+|att|sensor\.\d+)$/, '写成 event.N、att 或 sensor.N'),
  verify: credentials,
})
export type ZktecoProfile = z.output<typeof ZktecoProfile>

/** @throws Error in Chinese listing what does not fit */
export function readProfile<Schema extends z.ZodType>(schema: Schema, file: ProfileFile): z.output<Schema> {
  const parsed = schema.safeParse(file)
  if (parsed.success) return parsed.data
  const issues = parsed.error.issues.map(({ path, message }) => `${path.join('.')}：${message}`)
  throw new Error(`profiles/${file.id}.yaml 不可用：${issues.join('；')}`)
}

/** @throws Error in Chinese listing what does not fit */
export const hikvisionProfile = (file: ProfileFile): HikvisionProfile => readProfile(HikvisionProfile, file)
