import { z } from 'zod'
import { Severity } from '../contract/severity.ts'
import { CaseSql } from './case-sql.ts'
import { Artemis, Dahua, Hikvision, Zkteco } from './doors.ts'
import { common, level, secret } from './source-common.ts'
import { Clamd, LineFolder, LogFile, Syslog, TerminalTable, Vendor, WebHook } from './terminals.ts'

/** What an office edits. Each file has one schema; the loader names file and line of everything that does not fit. */

const id = z.string().regex(/^[a-z0-9][a-z0-9-]*$/, '只能用小写字母、数字和连字符')
const day = z.iso.date()
const timeOfDay = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, '写成 HH:MM')
const percent = z.number().min(0).max(100)

/** site.yaml: unit, departments, people, terminals, doors, floors, patrol routes, registered facts. */
export const Site = z.strictObject({
  site: level,
  unit: z.string().min(1),
  product: z.string().default('三零智慧指挥中心'),
  /** Everything is generated: 演示 on every screen and export. */
  demo: z.boolean().default(false),
  departments: z
    .array(z.strictObject({ id, code: z.string(), name: z.string(), handlesCases: z.boolean().default(false) }))
    .min(1),
  people: z.array(
    z.strictObject({
      id,
      name: z.string(),
      department: id,
      title: z.string(),
      quota: z.boolean().default(false),
      employeeNo: z.string().optional(),
      account: z.string().optional(),
      roles: z.array(z.string()).default([]),
      post: z.string().optional(),
      idNumber: z.string().optional(),
      phone: z.string().optional(),
    }),
  ),
  /** 岗: what owns an alert. */
  posts: z.array(
    z.strictObject({
      id,
      name: z.string(),
      phone: z.string(),
      place: z.string().default(''),
      shift: z.string().default(''),
    }),
  ),
  shifts: z.array(z.strictObject({ name: z.string(), from: timeOfDay, to: timeOfDay })).default([]),
  terminals: z.array(
    z.strictObject({
      host: z.string(),
      department: id.optional(),
      place: z.string(),
      owner: id.optional(),
      ip: z.string().optional(),
      mac: z.string().optional(),
      /** Protection client installed; false = known blind spot until it is seen. */
      protectedBy: z.string().optional(),
      server: z.boolean().default(false),
    }),
  ),
  floors: z.array(
    z.strictObject({
      name: z.string(),
      note: z.string().default(''),
      rooms: z
        .array(
          z.strictObject({
            name: z.string(),
            x: percent,
            y: percent,
            w: percent,
            h: percent,
            corridor: z.boolean().default(false),
          }),
        )
        .default([]),
    }),
  ),
  /** Fixed order of the groups on the wall. */
  areas: z.array(z.string()),
  doors: z.array(
    z.strictObject({
      id: z.string().regex(/^door:[A-Za-z0-9-]+$/),
      name: z.string(),
      area: z.string(),
      floor: z.string(),
      room: z.string().optional(),
      x: percent,
      y: percent,
      vertical: z.boolean().default(false),
      /** Source that reports it, the device's own id and door number there. */
      source: id,
      device: z.string(),
      doorNo: z.int().min(1).default(1),
      sensitive: z.boolean().default(false),
      heldS: z.number().positive().default(30),
      /** Outside these hours an opening is an alert; none = any time. */
      hours: z.strictObject({ from: timeOfDay, to: timeOfDay, workdaysOnly: z.boolean().default(true) }).optional(),
    }),
  ),
  patrol: z.strictObject({
    points: z.array(
      z.strictObject({
        id: z.string(),
        name: z.string(),
        chip: z.string(),
        /** WGS 84；手机打点时核对是否在点位附近。 */
        place: z
          .strictObject({
            lat: z.number().min(-90).max(90),
            lon: z.number().min(-180).max(180),
            radiusM: z.number().positive().optional(),
          })
          .optional(),
      }),
    ),
    routes: z.array(
      z.strictObject({
        id: z.string(),
        name: z.string(),
        order: z.enum(['strict', 'free']).default('free'),
        points: z.array(z.string()).min(1),
      }),
    ),
    /** Rounds of a day: start; the round may be walked from `earlyMin` before until `windowMin` after the start. */
    rounds: z.array(z.strictObject({ at: timeOfDay, days: z.enum(['all', 'weekdays', 'weekends']).default('all') })),
    windowMin: z.number().positive().default(60),
    earlyMin: z.number().min(0).default(10),
    lateMin: z.number().min(0).default(30),
    /** Wands are read out later: a round is `pending_download` that long before it is `missed`. */
    downloadHours: z.number().min(0).default(12),
    minGapS: z.number().min(0).default(20),
  }),
  /** 三零: registered facts, append only. */
  zeros: z.array(
    z.strictObject({
      kind: z.enum(['petition', 'accident', 'case']),
      title: z.string(),
      events: z.array(z.strictObject({ date: day, what: z.string() })).default([]),
      since: day,
    }),
  ),
})
export type Site = z.output<typeof Site>

/** sources.yaml: which collectors run, against what. Secrets only as `{file}` or `{env}`. */
export type { SecretRef } from './source-common.ts'
export const SourceConfig = z.discriminatedUnion('kind', [
  Syslog,
  LogFile,
  WebHook,
  LineFolder,
  TerminalTable,
  Clamd,
  Vendor,
  Hikvision,
  Artemis,
  Dahua,
  Zkteco,
  CaseSql,
  z.strictObject({
    ...common,
    kind: z.literal('case-export'),
    profile: z.string(),
    folder: z.string(),
    settleS: z.number().min(0).default(5),
    scanS: z.number().positive().default(2),
    /** Share of known open cases that may vanish from one export before it is held for confirmation. */
    maxVanish: z.number().min(0).max(1).default(0.2),
  }),
  z.strictObject({
    ...common,
    kind: z.literal('wand-csv'),
    profile: z.string(),
    folder: z.string(),
    settleS: z.number().min(0).default(5),
    scanS: z.number().positive().default(2),
    /** 人员卡芯片号 → 工号：巡逻前先触人员卡的巡检器。 */
    personCards: z.record(z.string(), z.string()).optional(),
  }),
])
export type SourceConfig = z.output<typeof SourceConfig>
export type SourceOf<Kind extends SourceConfig['kind']> = Extract<SourceConfig, { kind: Kind }>
export const Sources = z.strictObject({ sources: z.array(SourceConfig) })
export type Sources = z.output<typeof Sources>

/** services.yaml: ports, broker, stores, retention. */
export const Services = z.strictObject({
  http: z
    .strictObject({
      host: z.string().default('127.0.0.1'),
      port: z.int().min(0).max(65535).default(8080),
      /** Origins that may send writes and open sockets; the server's own is always one. */
      origins: z.array(z.url()).default([]),
      secureCookies: z.boolean().default(false),
      /** TLS of our own, where no reverse proxy stands in front; cookies are then secure whatever stands above. */
      tls: z.strictObject({ certFile: z.string(), keyFile: z.string() }).optional(),
      /** Addresses of reverse proxies whose X-Forwarded-For is believed. */
      trustedProxies: z.array(z.string()).default([]),
    })
    .prefault({}),
  broker: z
    .discriminatedUnion('kind', [
      z.strictObject({
        kind: z.literal('embedded'),
        host: z.string().default('127.0.0.1'),
        port: z.int().min(0).max(65535).default(1883),
        /** MQTT over TLS on the same port (mqtts); `caFile` is what our own collectors trust. */
        tls: z.strictObject({ certFile: z.string(), keyFile: z.string(), caFile: z.string() }).optional(),
      }),
      z.strictObject({
        kind: z.literal('mqtt'),
        url: z.url(),
        username: z.string(),
        password: secret,
        caFile: z.string().optional(),
        shared: z.string().optional(),
      }),
    ])
    .prefault({ kind: 'embedded' }),
  metrics: z
    .discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('embedded') }),
      z.strictObject({
        kind: z.literal('influx'),
        url: z.url(),
        database: z.string().regex(/^[A-Za-z0-9_]+$/),
        username: z.string().optional(),
        password: secret.optional(),
        token: secret.optional(),
        bootstrap: z.boolean().default(true),
      }),
    ])
    .prefault({ kind: 'embedded' }),
  records: z
    .discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('sqlite') }),
      z.strictObject({ kind: z.literal('postgres'), url: secret }),
    ])
    .prefault({ kind: 'sqlite' }),
  /** Algorithms for what is sealed at rest; `guomi` = SM3, SM4-GCM (GB/T 39786). What exists stays readable. */
  crypto: z.strictObject({ suite: z.enum(['international', 'guomi']).default('international') }).prefault({}),
  /** A clamd of this machine that looks through what people outside hand in. */
  scanner: z
    .union([z.strictObject({ socket: z.string() }), z.strictObject({ port: z.int().min(1).max(65_535) })])
    .optional(),
  /** Where the passwords of accounts marked `ldap` are known. */
  directory: z
    .strictObject({
      url: z.string().regex(/^ldaps?:\/\//, '以 ldap:// 或 ldaps:// 开头'),
      startTls: z.boolean().default(false),
      caFile: z.string().optional(),
      /** With `{username}`. */
      userDn: z.string().includes('{username}', '须含 {username}'),
    })
    .optional(),
  retention: z
    .strictObject({
      inboxDays: z.number().positive().default(200),
      metricsRawDays: z.number().positive().default(90),
      metricsHourDays: z.number().positive().default(730),
      eventsDays: z.number().positive().default(200),
      quarantineDays: z.number().positive().default(90),
      /** What the wall showed, for freeze and replay: whichever bound comes first. */
      wallDays: z.number().positive().default(30),
      wallMaxMb: z.number().positive().default(2048),
    })
    .prefault({}),
})
export type Services = z.output<typeof Services>

/** screens/wall.yaml: which panels, where. Geometry in design pixels of that screen. */
export const Screens = z.strictObject({
  screens: z
    .array(
      z.strictObject({
        name: z.string(),
        /** Heading of a page that the carousel turns to. */
        title: z.string().max(12).optional(),
        width: z.int().positive(),
        height: z.int().positive(),
        panels: z.array(
          z.strictObject({ panel: z.string(), x: z.number(), y: z.number(), w: z.number(), h: z.number() }),
        ),
      }),
    )
    .min(1),
  /** Which screens take turns; a red alert comes back to the first, which is `of` itself. */
  carousel: z
    .array(
      z
        .strictObject({ of: z.string(), dwellS: z.int().min(5).max(3600), pages: z.array(z.string()).min(2).max(9) })
        .refine(({ of, pages }) => pages[0] === of, { path: ['pages'], error: 'pages 的第一页须与 of 相同' }),
    )
    .default([]),
})
export type Screens = z.output<typeof Screens>

/** Every rule file starts so: law and custom are dated data with their basis. */
const dated = { version: z.string().min(1), effective_from: day, legal_basis: z.string().min(1) }

const match = z.record(
  z.string(),
  z.union([z.string(), z.number(), z.boolean(), z.array(z.union([z.string(), z.number()]))]),
)
/** rules/alerts.yaml. Title, why and next may hold {placeholders}. */
export const AlertRule = z.strictObject({
  id: z.string().regex(/^[a-z0-9-]+(\.[a-z0-9_-]+)*$/),
  severity: Severity,
  title: z.string(),
  why: z.string(),
  next: z.string().default(''),
  post: id.optional(),
  /** `event`: raised by the types in `on` (with `where` on data), cleared by `clearedBy` for the same object.
   *  `count`: raised when `threshold` such events of one object fall within `withinS`.
   *  `figure`: raised when the figure is `above` for `forS`, cleared when it is back under `clearBelow`.
   *  `feature`: raised by code of a feature; here stand only words, severity and basis. */
  kind: z.enum(['event', 'count', 'figure', 'feature']),
  on: z.array(z.string()).default([]),
  where: match.default({}),
  clearedBy: z.array(z.string()).default([]),
  clearedWhere: match.default({}),
  threshold: z.int().positive().optional(),
  withinS: z.number().positive().optional(),
  figure: z.string().optional(),
  above: z.number().optional(),
  clearBelow: z.number().optional(),
  forS: z.number().min(0).default(0),
  enabled: z.boolean().default(true),
  /** False: however many at once, each keeps a card of its own (超期羁押). */
  gather: z.boolean().optional(),
})
export type AlertRule = z.output<typeof AlertRule>
export const AlertRules = z.strictObject({
  ...dated,
  mergeWindowS: z.number().positive().default(300),
  /** Ladder by severity: seconds without acknowledgement, and the post it then goes to. */
  escalation: z.record(Severity, z.array(z.strictObject({ afterS: z.number().positive(), post: id }))),
  /** More than this many new alerts of one rule within a minute are gathered on one card. */
  storm: z.strictObject({ perMinute: z.int().positive().default(30) }).prefault({}),
  reasons: z.record(z.string(), z.array(z.string()).max(5)).default({}),
  rules: z.array(AlertRule),
})
export type AlertRules = z.output<typeof AlertRules>

/** rules/permissions.yaml: role → words it holds. Deny by default. */
export const Permissions = z.strictObject({
  ...dated,
  roles: z.record(z.string(), z.strictObject({ name: z.string(), grants: z.array(z.string()) })),
})
export type Permissions = z.output<typeof Permissions>

/** rules/security.yaml: what counts as held, offline, off hours, and how much own past is compared with. */
export const SecurityRules = z.strictObject({
  ...dated,
  unlockWindowS: z.number().positive(),
  heldRepeatS: z.number().positive(),
  deviceReportsForced: z.array(z.string()),
  offlineAfterS: z.number().positive(),
  /** Days of silence after which a terminal no longer counts as protected. */
  protectionLostDays: z.number().positive().default(14),
  signatureStaleDays: z.number().positive(),
  historyWorkdays: z.int().positive(),
  historyMinDays: z.int().positive(),
  deniedReasons: z.record(z.string(), z.string()),
})
export type SecurityRules = z.output<typeof SecurityRules>

/** rules/flow.yaml: colours by legal days left (domain.md A.3), first fitting band wins. */
export const FlowRules = z.strictObject({
  ...dated,
  bands: z
    .array(
      z.strictObject({
        kinds: z.array(z.string()),
        name: z.string(),
        redMax: z.number(),
        orangeMax: z.number(),
        yellowMax: z.number(),
      }),
    )
    .min(1),
  /** Case type name or code of an export → kind and wing of the four (刑事 民事 行政 公益). */
  types: z.array(z.strictObject({ kind: z.string(), name: z.string(), match: z.array(z.string()), wing: z.string() })),
})
export type FlowRules = z.output<typeof FlowRules>

const span = { unit: z.enum(['hour', 'day', 'workday', 'month']), n: z.int().positive() }
/** rules/deadlines.yaml: every limit as dated data. The version in force on the start day counts. */
export const DeadlineRule = z.strictObject({
  id: z.string().regex(/^[a-z0-9-]+(\.[a-z0-9-]+)*$/),
  name: z.string(),
  /** Name of the band of flow.yaml that colours it. */
  band: z.string(),
  /** Periods of handling and of detention never roll over a holiday while the person is in custody (刑诉法 105). */
  custodyNoRoll: z.boolean().default(false),
  /** One extension in a run, added to the unrolled end. */
  extension: z.strictObject({ ...span, legal_basis: z.string().min(1) }).optional(),
  /** 退回补充侦查: how often, and within what the supplement is due. */
  returns: z
    .strictObject({ max: z.int().positive(), supplement: z.strictObject(span), legal_basis: z.string().min(1) })
    .optional(),
  /** 改变管辖 starts the clock anew. */
  restartsOnJurisdiction: z.boolean().default(false),
  /** Time that is not counted (调卷、鉴定、评估、审计). */
  pauses: z.strictObject({ legal_basis: z.string().min(1) }).optional(),
  versions: z
    .array(
      z.strictObject({
        effective_from: day,
        ...span,
        legal_basis: z.string().min(1),
        unverified: z.boolean().default(false),
      }),
    )
    .min(1),
})
export type DeadlineRule = z.output<typeof DeadlineRule>
export const DeadlineRules = z.strictObject({
  ...dated,
  /** `last-day`: a period that starts on the last day of a month ends on the last day. `same-number`: it does not. */
  monthEnd: z.enum(['last-day', 'same-number']),
  rules: z.array(DeadlineRule),
})
export type DeadlineRules = z.output<typeof DeadlineRules>

/** rules/assignment.yaml: the draw's parameters, who may be drawn for what, what a case weighs (draw.md). */
export const AssignmentRules = z.strictObject({
  ...dated,
  params: z.strictObject({ smoothing: z.int().positive(), floor: z.int().positive(), ceiling: z.int().positive() }),
  windowDays: z.int().positive(),
  contributors: z.array(z.string()).min(1).max(2),
  unfinishedMin: z.number().positive(),
  smallPool: z.int().min(1),
  designatedLimit: percent,
  caps: z.record(z.string(), z.int().min(1).max(100)),
  kinds: z.record(z.string(), z.array(z.string())),
  /** Kind of case → the speciality without which nobody is drawn for it. */
  specialities: z.record(z.string(), z.string().min(2)).default({}),
  /** Thousandths of a standard case. */
  weights: z.record(z.string(), z.int().min(0)),
})
export type AssignmentRules = z.output<typeof AssignmentRules>

export const REVIEW_STEPS = [
  'self-check',
  'dept-check',
  'assign',
  'evaluate',
  'answer',
  'restudy-assign',
  'restudy',
  'decide',
  'rectify',
  'confirm',
] as const
export const GradeId = z.enum(['excellent', 'qualified', 'basic', 'flawed', 'unqualified'])
const calendarDays = z.int().min(1).max(365)
/** rules/review.yaml: terms, sample, grades and score card of case quality (domain.md C). */
export const ReviewRules = z.strictObject({
  ...dated,
  /** Calendar days of each step; the objection window is 5–10 by the text. */
  days: z.strictObject({
    ...(Object.fromEntries(REVIEW_STEPS.map((step) => [step, calendarDays])) as Record<
      (typeof REVIEW_STEPS)[number],
      typeof calendarDays
    >),
    answer: z.int().min(5, '异议期不少于 5 日').max(10, '异议期不多于 10 日'),
  }),
  openDays: calendarDays,
  /** Never below the law's 5 % and 2 cases. */
  sample: z.strictObject({ percent: z.int().min(5).max(100), perHandler: z.int().min(2) }),
  blind: z.boolean(),
  grades: z.array(z.strictObject({ from: day, ids: z.array(GradeId).min(2) })).min(1),
  bands: z.partialRecord(GradeId, percent),
  card: z
    .array(z.strictObject({ id, name: z.string(), weight: z.int().positive() }))
    .refine((card) => card.reduce((sum, { weight }) => sum + weight, 0) === 100, '评分项合计须为 100 分'),
  veto: z.array(z.strictObject({ id, name: z.string() })),
  mandatory: z.array(
    z.strictObject({
      id,
      name: z.string(),
      outcomes: z.array(z.string()).default([]),
      custody: z.boolean().optional(),
    }),
  ),
})
export type ReviewRules = z.output<typeof ReviewRules>

/** profiles/*.yaml: a vendor's dialect or code table. The rest of the shape belongs to the vendor's decoder. */
export const ProfileFile = z.looseObject({
  id: z.string(),
  version: z.int().positive(),
  kind: z.string(),
  basis: z.string(),
})
export type ProfileFile = z.output<typeof ProfileFile>

/** calendar/*.yaml: overrides of the library's work calendar. */
export const CalendarFile = z.strictObject({
  ...dated,
  year: z.int(),
  off: z.array(day).default([]),
  work: z.array(day).default([]),
})
export const CalendarIndex = z.strictObject({ ...dated, coveredYears: z.array(z.int()) })
export type CalendarFile = z.output<typeof CalendarFile>
export type CalendarIndex = z.output<typeof CalendarIndex>
