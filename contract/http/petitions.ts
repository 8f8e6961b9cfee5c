import { z } from 'zod'
import { ChainEntry } from '../chain.ts'
import { PageQuery, page, route } from './route.ts'

/** 信访事项与五色预警 over HTTP (domain.md D): a register of matters, never of persons. */

/** Calm to urgent; a step down is one place to the left. */
export const PETITION_COLOURS = ['green', 'blue', 'yellow', 'orange', 'red'] as const
export const PetitionColour = z.enum(PETITION_COLOURS)
export type PetitionColour = z.infer<typeof PetitionColour>
/** Colour is never told by colour alone: letter and word go with it. */
export const PETITION_COLOUR_NAMES: Readonly<Record<PetitionColour, { name: string; grade: string }>> = {
  green: { name: '绿', grade: '常态' },
  blue: { name: '蓝', grade: '一般' },
  yellow: { name: '黄', grade: '关注' },
  orange: { name: '橙', grade: '较大' },
  red: { name: '红', grade: '重大' },
}

export const PETITION_CHANNELS = ['letter', 'visit', 'web', 'phone', '12309', 'import'] as const
export const PetitionChannel = z.enum(PETITION_CHANNELS)
export type PetitionChannel = z.infer<typeof PetitionChannel>
export const PETITION_CHANNEL_NAMES: Readonly<Record<PetitionChannel, string>> = {
  letter: '来信',
  visit: '来访',
  web: '网上',
  phone: '电话',
  '12309': '12309',
  import: '信访 2.0 导入',
}

/** The step that is to be done next; `archived` = nothing more. Registration itself is the first step, done on entry. */
export const PETITION_STAGES = [
  'assess',
  'warn',
  'assign',
  'resolve',
  'feedback',
  'close',
  'revisit',
  'archive',
  'archived',
] as const
export const PetitionStage = z.enum(PETITION_STAGES)
export type PetitionStage = z.infer<typeof PetitionStage>
export const PETITION_STAGE_NAMES: Readonly<Record<PetitionStage, string>> = {
  assess: '研判定色',
  warn: '预警推送',
  assign: '交办',
  resolve: '化解',
  feedback: '反馈',
  close: '降级销号',
  revisit: '回访',
  archive: '归档',
  archived: '已归档',
}

/** What a step in the history can be. */
export const PETITION_STEPS = [
  'register',
  'assess',
  'warn',
  'assign',
  'resolve',
  'feedback',
  'downgrade-proposed',
  'downgrade',
  'close-proposed',
  'close',
  'refused',
  'revisit',
  'reopen',
  'archive',
  'reply',
  'attempt',
  'exempt',
  'send',
  'receipt',
] as const
export const PetitionStep = z.enum(PETITION_STEPS)
export type PetitionStep = z.infer<typeof PetitionStep>
export const PETITION_STEP_NAMES: Readonly<Record<PetitionStep, string>> = {
  register: '排查登记',
  assess: '研判定色',
  warn: '预警推送',
  assign: '交办',
  resolve: '化解',
  feedback: '反馈',
  'downgrade-proposed': '提请降级',
  downgrade: '降级',
  'close-proposed': '提请销号',
  close: '销号',
  refused: '未获批准',
  revisit: '回访',
  reopen: '重新启动',
  archive: '归档',
  reply: '答复',
  attempt: '联系未果',
  exempt: '免予答复',
  send: '推送外单位',
  receipt: '外单位回执',
}

/** 7 日内程序回复, 3 个月办理过程或结果答复, afterwards every month. */
export const PETITION_REPLIES = ['procedural', 'substantive', 'monthly'] as const
export const PetitionReply = z.enum(PETITION_REPLIES)
export type PetitionReply = z.infer<typeof PetitionReply>
export const PETITION_REPLY_NAMES: Readonly<Record<PetitionReply, string>> = {
  procedural: '七日程序回复',
  substantive: '三个月答复',
  monthly: '按月反馈进展',
}

export const PetitionFile = z.object({ hash: z.string().regex(/^[0-9a-f]{64}$/), name: z.string(), size: z.int() })
export type PetitionFile = z.infer<typeof PetitionFile>

/** One part of the score: points with the reason, so that everybody sees where the sum comes from. */
export const ScorePart = z.object({
  id: z.string(),
  name: z.string(),
  points: z.int(),
  max: z.int(),
  reason: z.string(),
})
export type ScorePart = z.infer<typeof ScorePart>
/** A hard rule that applies: the colour is at least this, whatever the points say. */
export const HardRule = z.object({ id: z.string(), name: z.string(), atLeast: PetitionColour })
export type HardRule = z.infer<typeof HardRule>

export const Assessment = z.object({
  score: z.int(),
  /** By the points alone. */
  scored: PetitionColour,
  /** By points and hard rules together. */
  computed: PetitionColour,
  parts: z.array(ScorePart),
  hard: z.array(HardRule),
  rulesVersion: z.string(),
  by: z.string(),
  at: z.int(),
})
export type Assessment = z.infer<typeof Assessment>

/** One clock of a matter. */
export const PetitionDue = z.object({
  /** A reply, or what the colour asks for. */
  id: z.enum(['procedural', 'substantive', 'monthly', 'first-action', 'review', 'revisit']),
  name: z.string(),
  /** Epoch ms at which it is over. */
  dueAt: z.int(),
  /** The last day, `YYYY-MM-DD`. */
  due: z.iso.date(),
  /** 0 = today, negative = past. */
  daysLeft: z.int(),
  overdue: z.boolean(),
})
export type PetitionDue = z.infer<typeof PetitionDue>

const Ref = z.object({ id: z.string(), name: z.string() })
export const PetitionItem = z.object({
  id: z.string(),
  /** 信访〔2026〕12 号 */
  no: z.string(),
  title: z.string(),
  kind: z.string(),
  kindName: z.string(),
  channel: PetitionChannel,
  receivedOn: z.iso.date(),
  area: z.string().nullable(),
  caseNo: z.string().nullable(),
  /** Null until the first 研判. */
  colour: PetitionColour.nullable(),
  colourSince: z.int().nullable(),
  stage: PetitionStage,
  open: z.boolean(),
  score: z.int().nullable(),
  people: z.int(),
  department: Ref,
  handler: Ref.nullable(),
  /** 包案领导 */
  leader: Ref.nullable(),
  /** The nearest clock. */
  next: PetitionDue.nullable(),
  overdue: z.boolean(),
  /** Days since anything happened. */
  idleDays: z.int(),
  /** A proposal to lower or close waits for approval. */
  pending: z.enum(['downgrade', 'close']).nullable(),
})
export type PetitionItem = z.infer<typeof PetitionItem>

export const PetitionAct = z.enum([
  'assess',
  'downgrade',
  'warn',
  'assign',
  'resolve',
  'feedback',
  'close',
  'revisit',
  'reopen',
  'archive',
  'reply',
  'attempt',
  'exempt',
  'send',
])
export type PetitionAct = z.infer<typeof PetitionAct>

export const PetitionHistory = z.object({
  id: z.string(),
  step: PetitionStep,
  name: z.string(),
  by: z.string(),
  at: z.int(),
  text: z.string(),
  files: z.array(PetitionFile),
  from: PetitionColour.nullable(),
  to: PetitionColour.nullable(),
  /** Place in the chain `petitions`. */
  seq: z.int(),
  hash: z.string(),
})
export type PetitionHistory = z.infer<typeof PetitionHistory>

export const OutboxItem = z.object({
  id: z.string(),
  petition: Ref,
  unit: Ref,
  kind: z.enum(['warn', 'conference', 'transfer', 'report']),
  text: z.string(),
  sentAt: z.int(),
  by: z.string(),
  receipt: z.object({ at: z.int(), who: z.string(), text: z.string() }).nullable(),
  waitingDays: z.int(),
  files: z.array(PetitionFile),
})
export type OutboxItem = z.infer<typeof OutboxItem>
export const OUTBOX_KIND_NAMES: Readonly<Record<OutboxItem['kind'], string>> = {
  warn: '预警通报',
  conference: '联席会议',
  transfer: '移交办理',
  report: '报告',
}

export const PetitionDetail = PetitionItem.extend({
  /** What is asked for, in the petitioner's words. */
  demand: z.string(),
  /** Whom or what it complains about (an authority or a decision). */
  object: z.string().nullable(),
  anonymous: z.boolean(),
  /** Null for those who may not see it, and where there is none. */
  contact: z.object({ name: z.string(), phone: z.string() }).nullable(),
  contactHidden: z.boolean(),
  assessment: Assessment.nullable(),
  tier: z.string().nullable(),
  measures: z.array(z.string()),
  responsible: z.string().nullable(),
  reports: z.array(z.string()),
  dues: z.array(PetitionDue),
  replies: z.array(
    z.object({
      kind: PetitionReply,
      name: z.string(),
      due: z.iso.date(),
      basis: z.string(),
      doneOn: z.iso.date().nullable(),
      onTime: z.boolean().nullable(),
    }),
  ),
  exempt: z.string().nullable(),
  /** Recorded tries to reach the petitioner. */
  attempts: z.int(),
  revisits: z.array(z.object({ days: z.int(), due: z.iso.date(), doneOn: z.iso.date().nullable() })),
  history: z.array(PetitionHistory),
  outbox: z.array(OutboxItem),
  /** What the caller may do now. */
  acts: z.array(PetitionAct),
  /** Whose approval a step down needs, in words; null where it cannot go down. */
  approver: z.string().nullable(),
  pendingApproval: z.string().nullable(),
})
export type PetitionDetail = z.infer<typeof PetitionDetail>

export const PETITION_FILE_LIMIT = 8 * 1024 * 1024
export const PETITION_IMPORT_LIMIT = 4 * 1024 * 1024
const params = z.object({ id: z.string().max(64) })
const words = (least: number, most = 4000) => z.string().trim().min(least, `请写明，至少 ${least} 个字`).max(most)
const hash = z.string().regex(/^[0-9a-f]{64}$/)
/** Evidence: hashes that POST /petitions/files has answered. */
const files = z.array(hash).max(20).default([])
const day = z.iso.date()
const Moved = z.object({ petition: PetitionItem, entry: ChainEntry })

const post = <Body extends z.ZodType, Answer extends z.ZodType = typeof Moved>(spec: {
  id: string
  path: string
  permission?: string
  summary: string
  body: Body
  answer?: Answer
}) =>
  route({
    method: 'POST',
    tag: 'petitions',
    permission: 'petitions.handle',
    ...spec,
    path: `/petitions/{id}/${spec.path}`,
    params,
    answer: (spec.answer ?? Moved) as Answer,
  })

export const RegisterPetition = z.object({
  title: words(4, 200),
  demand: words(4),
  kind: z.string().max(64),
  channel: PetitionChannel.exclude(['import']),
  receivedOn: day,
  people: z.int().min(1).max(100_000).default(1),
  anonymous: z.boolean().default(false),
  contact: z
    .object({ name: z.string().trim().min(1).max(60), phone: z.string().trim().max(40).default('') })
    .optional(),
  object: z.string().trim().max(200).optional(),
  area: z.string().trim().max(60).optional(),
  caseNo: z.string().trim().max(100).optional(),
  /** Department and person of site.yaml; without them the department of the rule file. */
  department: z.string().max(64).optional(),
  handler: z.string().max(64).optional(),
  files,
})
export type RegisterPetition = z.output<typeof RegisterPetition>

const Change = z.object({
  at: z.int(),
  petition: Ref,
  area: z.string().nullable(),
  title: z.string(),
  from: PetitionColour.nullable(),
  /** Null: closed. */
  to: PetitionColour.nullable(),
  why: z.string(),
  by: z.string(),
})
const ByColour = z.object({ green: z.int(), blue: z.int(), yellow: z.int(), orange: z.int(), red: z.int() })
export type ByColour = z.infer<typeof ByColour>

export const petitionRoutes = {
  list: route({
    id: 'listPetitions',
    method: 'GET',
    path: '/petitions',
    tag: 'petitions',
    permission: 'petitions.read-own',
    summary: '信访事项，急的在前；承办人只看到自己办理的',
    query: PageQuery.extend({
      colour: PetitionColour.or(z.literal('none')).optional(),
      stage: PetitionStage.optional(),
      state: z.enum(['open', 'closed', 'all']).default('open'),
      channel: PetitionChannel.optional(),
      department: z.string().max(64).optional(),
      overdue: z.enum(['true']).optional(),
      /** In title, demand, number, case number, object. */
      q: z.string().trim().max(100).optional(),
    }),
    answer: page(PetitionItem).extend({ byColour: ByColour, unassessed: z.int() }),
  }),
  register: route({
    id: 'registerPetition',
    method: 'POST',
    path: '/petitions',
    tag: 'petitions',
    permission: 'petitions.write',
    summary: '排查登记一件事项（登记的是事，不是人）',
    status: 201,
    body: RegisterPetition,
    answer: Moved,
  }),
  get: route({
    id: 'getPetition',
    method: 'GET',
    path: '/petitions/{id}',
    tag: 'petitions',
    permission: 'petitions.read-own',
    summary: '一件事项：颜色与得分、期限、经过、证据、推送与回执',
    params,
    answer: PetitionDetail,
  }),
  similar: route({
    id: 'similarPetitions',
    method: 'GET',
    path: '/petitions/{id}/similar',
    tag: 'petitions',
    permission: 'petitions.read-own',
    summary: '相似的既往事项：文字相近、同一对象、同一案件、同一联系人',
    params,
    answer: z.object({
      items: z.array(
        z.object({
          petition: PetitionItem,
          /** Percent. */
          likeness: z.int(),
          why: z.array(z.string()),
          outcome: z.string().nullable(),
        }),
      ),
    }),
  }),
  assess: post({
    id: 'assessPetition',
    path: 'assess',
    summary: '研判定色：按事实打分并套硬规则；结果更高立即升级，更低则颜色不变，须走降级',
    body: z.object({
      /** Part of the rule file → number, or id of the level. Parts that the system reckons are not given. */
      facts: z.record(z.string().max(64), z.union([z.int().min(0).max(1_000_000), z.string().max(64)])),
      /** Ids of signals of the rule file (hard rules). */
      signals: z.array(z.string().max(64)).max(50).default([]),
      /** Raised by hand to at least this colour. */
      raiseTo: PetitionColour.optional(),
      /** Day of what the signals say; today when left out. */
      occurredOn: day.optional(),
      reason: words(2),
      files,
    }),
    answer: Moved.extend({
      assessment: Assessment,
      from: PetitionColour.nullable(),
      to: PetitionColour,
      /** The points alone would allow a lower colour: to be proposed with evidence. */
      mayLower: z.boolean(),
      /** 审查 again by this day. */
      nextReview: z.iso.date(),
    }),
  }),
  downgrade: post({
    id: 'downgradePetition',
    path: 'downgrade',
    summary: '提请降一级：须附证据，由上一级批准后生效（见 /approvals）',
    body: z.object({
      to: PetitionColour.optional(),
      reason: words(4),
      files: files.pipe(z.array(hash).min(1, '须附证据材料')),
    }),
    answer: Moved.extend({ approval: z.string(), approver: z.string() }),
  }),
  warn: post({
    id: 'warnPetition',
    path: 'warn',
    summary: '预警推送：按级别报告，并推送外单位（可不选）',
    body: z.object({ text: words(4), units: z.array(z.string().max(64)).max(20).default([]), files }),
  }),
  assign: post({
    id: 'assignPetition',
    path: 'assign',
    permission: 'petitions.handle',
    summary: '交办：包案领导、承办人、化解方案；也用于改派',
    body: z.object({
      leader: z.string().max(64),
      handler: z.string().max(64),
      text: words(4),
      files,
    }),
  }),
  resolve: post({
    id: 'resolvePetition',
    path: 'resolve',
    summary: '化解：记一项措施及结果；done 表示化解完成，转反馈',
    body: z.object({ measure: words(2, 100), text: words(4), done: z.boolean().default(false), files }),
  }),
  feedback: post({
    id: 'feedbackPetition',
    path: 'feedback',
    summary: '反馈：向信访人说明结果；settled 为否则回到化解',
    body: z.object({ text: words(4), settled: z.boolean(), files }),
  }),
  close: post({
    id: 'closePetition',
    path: 'close',
    summary: '提请销号：须已降到绿色并附息诉材料，由领导批准后生效（见 /approvals）',
    body: z.object({ reason: words(4), files: files.pipe(z.array(hash).min(1, '须附息诉罢访承诺或送达材料')) }),
    answer: Moved.extend({ approval: z.string(), approver: z.string() }),
  }),
  revisit: post({
    id: 'revisitPetition',
    path: 'revisit',
    summary: '回访：销号后 7、30、90 日各一次；不稳定的即重新启动',
    body: z.object({ days: z.int().min(1).max(365), stable: z.boolean(), text: words(4), files }),
  }),
  reopen: post({
    id: 'reopenPetition',
    path: 'reopen',
    summary: '重新启动：已销号的事项反复，回到研判',
    body: z.object({ reason: words(4), files }),
  }),
  archive: post({
    id: 'archivePetition',
    path: 'archive',
    summary: '归档：回访全部完成之后',
    body: z.object({ text: words(2), files }),
  }),
  reply: post({
    id: 'replyPetition',
    path: 'replies',
    summary: '登记答复：程序回复、结果或进展答复、按月反馈',
    body: z.object({ kind: PetitionReply, on: day, text: words(4), files }),
  }),
  attempt: post({
    id: 'attemptPetition',
    path: 'attempts',
    summary: '登记一次联系未果',
    body: z.object({ text: words(2), files }),
  }),
  exempt: post({
    id: 'exemptPetition',
    path: 'exempt',
    summary: '免予答复：匿名、联系方式缺失或有误、多次联系未果',
    body: z.object({ ground: z.enum(['anonymous', 'no-contact', 'unreachable']), text: words(2), files }),
  }),
  send: post({
    id: 'sendPetition',
    path: 'outbox',
    summary: '推送外单位或召集联席会议，待对方回执',
    body: z.object({
      units: z.array(z.string().max(64)).min(1).max(20),
      kind: OutboxItem.shape.kind,
      text: words(4),
      files,
    }),
  }),
  pack: route({
    id: 'petitionPack',
    method: 'GET',
    path: '/petitions/{id}/pack',
    tag: 'petitions',
    permission: 'petitions.read-own',
    summary: '电子档案证据包（zip）：事项、经过、文件、链条目、SHA256SUMS，用 sha256sum -c 即可核对',
    params,
    produces: 'file',
  }),
  file: route({
    id: 'petitionFile',
    method: 'GET',
    path: '/petitions/{id}/files/{hash}',
    tag: 'petitions',
    permission: 'petitions.read-own',
    summary: '事项的一份证据文件',
    params: params.extend({ hash }),
    produces: 'file',
  }),
  upload: route({
    id: 'uploadPetitionFile',
    method: 'POST',
    path: '/petition-files',
    tag: 'petitions',
    permission: 'petitions.handle',
    summary: '上传一份证据文件（原始字节），返回哈希，登记步骤时引用；一日内未引用的自动清除',
    query: z.object({ name: z.string().trim().min(1).max(200) }),
    status: 201,
    answer: PetitionFile,
    consumes: 'raw',
    maxBytes: PETITION_FILE_LIMIT,
  }),
  import: route({
    id: 'importPetitions',
    method: 'POST',
    path: '/petition-imports',
    tag: 'petitions',
    permission: 'petitions.write',
    summary: '导入信访 2.0 导出的 CSV 或 XLSX（原始字节）；dryRun=true 只检查不登记；已登记的不重复',
    query: z.object({ name: z.string().trim().min(1).max(200), dryRun: z.enum(['true', 'false']).default('false') }),
    answer: z.object({
      rows: z.int(),
      created: z.int(),
      known: z.int(),
      rejected: z.array(z.object({ row: z.int(), reason: z.string() })),
      /** Which column was read as what; null = not found. */
      columns: z.array(z.object({ field: z.string(), name: z.string(), column: z.string().nullable() })),
      warnings: z.array(z.string()),
    }),
    consumes: 'raw',
    maxBytes: PETITION_IMPORT_LIMIT,
  }),
  board: route({
    id: 'petitionBoard',
    method: 'GET',
    path: '/petition-board',
    tag: 'petitions',
    permission: 'petitions.read',
    summary: '指挥板：在办事项谁牵头、什么到期、哪里停滞',
    answer: z.object({
      at: z.int(),
      byColour: ByColour,
      unassessed: z.int(),
      stuckAfterDays: z.int(),
      items: z.array(PetitionItem.extend({ stuck: z.array(z.string()), waitingReceipts: z.int() })),
      leaders: z.array(z.object({ name: z.string(), open: z.int(), overdue: z.int(), byColour: ByColour })),
    }),
  }),
  changes: route({
    id: 'petitionChanges',
    method: 'GET',
    path: '/petition-changes',
    tag: 'petitions',
    permission: 'petitions.read',
    summary: '一个月的颜色变动，可逐日回放：月初各色件数、每日变动与日终件数，按区域',
    query: z.object({ month: z.string().regex(/^\d{4}-(0[1-9]|1[0-2])$/, '月份写成 2026-11') }),
    answer: z.object({
      month: z.string(),
      areas: z.array(z.string()),
      start: ByColour,
      days: z.array(
        z.object({
          date: z.iso.date(),
          end: ByColour,
          /** Open matters of each area at the end of the day, with the highest colour there. */
          byArea: z.array(z.object({ area: z.string(), open: z.int(), highest: PetitionColour })),
          changes: z.array(Change),
        }),
      ),
    }),
  }),
  outbox: route({
    id: 'petitionOutbox',
    method: 'GET',
    path: '/petition-outbox',
    tag: 'petitions',
    permission: 'petitions.read',
    summary: '推送外单位的函件与回执，未回执的在前',
    query: PageQuery.extend({ waiting: z.enum(['true']).optional() }),
    answer: page(OutboxItem),
  }),
  receipt: route({
    id: 'petitionReceipt',
    method: 'POST',
    path: '/petition-outbox/{id}/receipt',
    tag: 'petitions',
    permission: 'petitions.handle',
    summary: '登记外单位的回执',
    params,
    body: z.object({ who: words(2, 100), text: words(2), files }),
    answer: OutboxItem,
  }),
  rules: route({
    id: 'petitionRules',
    method: 'GET',
    path: '/petition-rules',
    tag: 'petitions',
    permission: 'petitions.read-own',
    summary: '五色规则：打分项、硬规则、各色措施与时限、事项类别、可推送的单位',
    answer: z.object({
      version: z.string(),
      legalBasis: z.string(),
      colours: z.array(
        z.object({
          colour: PetitionColour,
          name: z.string(),
          grade: z.string(),
          tier: z.string(),
          /** Points from which on. */
          from: z.int(),
          manifestation: z.string(),
          measures: z.array(z.string()),
          responsible: z.string(),
          /** Titles of those who may lead such a matter. */
          leaderTitles: z.array(z.string()),
          firstAction: z.string(),
          review: z.string(),
          reports: z.array(z.string()),
          approver: z.string().nullable(),
        }),
      ),
      parts: z.array(
        z.object({
          id: z.string(),
          name: z.string(),
          max: z.int(),
          /** `count`: a number is asked; `level`: one of the levels; `system`: reckoned, not asked. */
          ask: z.enum(['count', 'level', 'system']),
          unit: z.string().nullable(),
          levels: z.array(z.object({ id: z.string(), name: z.string(), points: z.int() })),
        }),
      ),
      signals: z.array(z.object({ id: z.string(), name: z.string(), atLeast: PetitionColour, zero: z.boolean() })),
      kinds: z.array(Ref),
      units: z.array(Ref),
      measures: z.array(z.string()),
      revisitDays: z.array(z.int()),
      attemptsToExempt: z.int(),
      people: z.array(Ref.extend({ department: z.string(), title: z.string(), leader: z.boolean() })),
      departments: z.array(Ref),
    }),
  }),
}
