import { z } from 'zod'
import { PageQuery, page, route } from './route.ts'

/** 12309 窗口 over HTTP (domain.md A.2 no. 17, D, E): filings, queries by parties, lawyers' appointments, statistics. */

export const FILING_KINDS = ['petition', 'accusation', 'report'] as const
export const FilingKind = z.enum(FILING_KINDS)
export type FilingKind = z.infer<typeof FilingKind>
export const FILING_KIND_NAMES: Readonly<Record<FilingKind, string>> = {
  petition: '申诉',
  accusation: '控告',
  report: '举报',
}

/** `accepted`: in the petitions register; `transferred`: told where to go; `declined`: with a reason. */
export const FILING_STATES = ['received', 'accepted', 'transferred', 'declined', 'replied'] as const
export const FilingState = z.enum(FILING_STATES)
export type FilingState = z.infer<typeof FilingState>
export const FILING_STATE_NAMES: Readonly<Record<FilingState, string>> = {
  received: '已收到，待受理审查',
  accepted: '已受理，正在办理',
  transferred: '已告知向有关机关提出',
  declined: '不予受理',
  replied: '已答复',
}

/** Who may ask about a case (案件信息公开规定 第七条). */
export const RELATIONS = ['party', 'representative', 'relative', 'defender', 'agent'] as const
export const Relation = z.enum(RELATIONS)
export type Relation = z.infer<typeof Relation>
export const RELATION_NAMES: Readonly<Record<Relation, string>> = {
  party: '当事人',
  representative: '法定代理人',
  relative: '近亲属',
  defender: '辩护人',
  agent: '诉讼代理人',
}

export const APPOINTMENT_KINDS = ['file-access', 'meeting'] as const
export const AppointmentKind = z.enum(APPOINTMENT_KINDS)
export type AppointmentKind = z.infer<typeof AppointmentKind>
export const APPOINTMENT_KIND_NAMES: Readonly<Record<AppointmentKind, string>> = {
  'file-access': '阅卷',
  meeting: '会见',
}
export const APPOINTMENT_STATES = ['received', 'confirmed', 'declined'] as const
export const AppointmentState = z.enum(APPOINTMENT_STATES)
export type AppointmentState = z.infer<typeof AppointmentState>
export const APPOINTMENT_STATE_NAMES: Readonly<Record<AppointmentState, string>> = {
  received: '已收到，待安排',
  confirmed: '已安排',
  declined: '未能安排',
}

export const CODE_STATES = ['valid', 'expired', 'revoked'] as const
export const CODE_STATE_NAMES: Readonly<Record<(typeof CODE_STATES)[number], string>> = {
  valid: '有效',
  expired: '已过期',
  revoked: '已作废',
}

export const FILE_TYPES = ['jpeg', 'png', 'pdf', 'docx', 'txt', 'mp3', 'mp4'] as const
export const FileType = z.enum(FILE_TYPES)
export type FileType = z.infer<typeof FileType>
/** The door's bound; config/rules/window.yaml may set a lower one. */
export const WINDOW_FILE_LIMIT = 8 * 1024 * 1024
export const STATISTICS_CAPTION = '数据用于分析研判，不作考核排名'

const params = z.object({ id: z.string().max(64) })
/** No control characters but line breaks and tabs; what people read is escaped where it is shown. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is kept out
const CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f\u202a-\u202e\u2066-\u2069]/
const words = (least: number, most: number) =>
  z
    .string()
    .trim()
    .min(least, least <= 1 ? '不能为空' : `请写明，至少 ${least} 个字`)
    .max(most, `不超过 ${most} 个字`)
    .refine((text) => !CONTROL.test(text), '含有不能显示的字符')
const phone = z
  .string()
  .trim()
  .regex(/^[0-9+() -]{6,24}$/, '电话号码只含数字、+、- 与空格')
const day = z.iso.date()
/** As POST /public/window/files has answered: whoever knows the id has uploaded the file. */
const uploads = z
  .array(z.string().regex(/^[A-Za-z0-9_-]{20,64}$/))
  .max(10)
  .default([])

export const WindowFile = z.object({ n: z.int(), name: z.string(), type: FileType, size: z.int(), hash: z.string() })
export type WindowFile = z.infer<typeof WindowFile>

/** Receipt and code: the one thing that opens what was handed in. Told once, kept only as a hash. */
export const Receipt = z.object({
  receipt: z.string(),
  code: z.string(),
  receivedAt: z.int(),
  /** Last day of the first answer by the deadline engine. */
  due: day.nullable(),
  basis: z.string(),
})
export type Receipt = z.infer<typeof Receipt>
const Key = { receipt: z.string().trim().max(40), code: z.string().trim().max(40) }

export const PublicReply = z.object({ at: z.int(), text: z.string() })
/** What the holder of a receipt and its code sees: no name of staff, nothing that was not written for the holder. */
export const WindowProgress = z.discriminatedUnion('what', [
  z.object({
    what: z.literal('filing'),
    receipt: z.string(),
    kindName: z.string(),
    title: z.string(),
    receivedAt: z.int(),
    state: FilingState,
    stateName: z.string(),
    due: day.nullable(),
    replies: z.array(PublicReply),
  }),
  z.object({
    what: z.literal('appointment'),
    receipt: z.string(),
    kindName: z.string(),
    caseNo: z.string(),
    receivedAt: z.int(),
    state: AppointmentState,
    stateName: z.string(),
    due: day.nullable(),
    /** 安排 in words, ready to be printed. */
    notice: z.string().nullable(),
  }),
])
export type WindowProgress = z.infer<typeof WindowProgress>

/** 案由、受理时间、办案期限、进展: these four and nothing else ever leave (案件信息公开规定 第七条). */
export const CaseAnswer = z.strictObject({
  cause: z.string(),
  acceptedOn: day.nullable(),
  due: z.string(),
  progress: z.string(),
})
export type CaseAnswer = z.infer<typeof CaseAnswer>

const Statistics = z.object({
  title: z.string(),
  publishedOn: day,
  items: z.array(
    z.object({
      title: z.string(),
      unit: z.string(),
      /** Null: too small to be told. */
      value: z.number().nullable(),
    }),
  ),
})
export type Statistics = z.infer<typeof Statistics>

export const FilingItem = z.object({
  id: z.string(),
  receipt: z.string(),
  kind: FilingKind,
  kindName: z.string(),
  title: z.string(),
  anonymous: z.boolean(),
  receivedAt: z.int(),
  state: FilingState,
  stateName: z.string(),
  due: day.nullable(),
  overdue: z.boolean(),
  files: z.int(),
  /** Number in the petitions register. */
  matter: z.string().nullable(),
})
export type FilingItem = z.infer<typeof FilingItem>
export const WindowNote = z.object({ at: z.int(), by: z.string(), what: z.string(), text: z.string() })
export const FilingDetail = FilingItem.extend({
  demand: z.string(),
  object: z.string().nullable(),
  caseNo: z.string().nullable(),
  /** Masked: in full only by `contact`, with a reason. */
  contact: z.object({ name: z.string(), phone: z.string() }).nullable(),
  attachments: z.array(WindowFile.extend({ scan: z.enum(['none', 'clean', 'unknown']) })),
  notes: z.array(WindowNote),
  matterId: z.string().nullable(),
  acts: z.array(z.enum(['decide', 'reply', 'contact'])),
})
export type FilingDetail = z.infer<typeof FilingDetail>

export const AppointmentItem = z.object({
  id: z.string(),
  receipt: z.string(),
  kind: AppointmentKind,
  kindName: z.string(),
  lawyer: z.string(),
  caseNo: z.string(),
  receivedAt: z.int(),
  state: AppointmentState,
  stateName: z.string(),
  due: day.nullable(),
  overdue: z.boolean(),
})
export type AppointmentItem = z.infer<typeof AppointmentItem>
export const AppointmentDetail = AppointmentItem.extend({
  licence: z.string(),
  firm: z.string(),
  phone: z.string(),
  client: z.string(),
  wanted: z.array(day),
  note: z.string().nullable(),
  attachments: FilingDetail.shape.attachments,
  basis: z.string(),
  notice: z.string().nullable(),
  /** Undefined to the house where the number is not that of a case here. */
  caseKnown: z.boolean(),
  notes: z.array(WindowNote),
  acts: z.array(z.enum(['answer'])),
})
export type AppointmentDetail = z.infer<typeof AppointmentDetail>

export const CodeItem = z.object({
  id: z.string(),
  caseNo: z.string(),
  relation: Relation,
  relationName: z.string(),
  /** Surname and asterisks. */
  person: z.string(),
  issuedAt: z.int(),
  issuedBy: z.string(),
  expiresAt: z.int(),
  state: z.enum(CODE_STATES),
  stateName: z.string(),
  uses: z.int(),
  usedAt: z.int().nullable(),
})
export type CodeItem = z.infer<typeof CodeItem>

const idNumber = z
  .string()
  .trim()
  .min(5, '请填写证件号码')
  .max(30, '证件号码过长')
  .regex(/^[0-9A-Za-z（）()-]+$/, '证件号码只含数字与字母')
const caseNo = words(4, 100)
const person = { name: words(2, 60), idNumber, relation: Relation, caseNo }

export const windowRoutes = {
  info: route({
    id: 'windowInfo',
    method: 'GET',
    path: '/public/window',
    tag: 'public',
    permission: 'public',
    summary: '12309 窗口：单位、可办事项、附件要求、办理说明',
    answer: z.object({
      unit: z.string(),
      demo: z.boolean(),
      notices: z.object({ filing: z.string(), appointment: z.string(), query: z.string() }),
      files: z.object({ max: z.int(), maxBytes: z.int(), types: z.array(FileType) }),
    }),
  }),
  upload: route({
    id: 'uploadWindowFile',
    method: 'POST',
    path: '/public/window/files',
    tag: 'public',
    permission: 'public',
    summary: '上传一份附件（原始字节），按内容认定格式；两小时内未随事项提交的自动清除',
    query: z.object({ name: words(1, 120) }),
    status: 201,
    answer: z.object({ file: z.string(), name: z.string(), type: FileType, size: z.int() }),
    consumes: 'raw',
    maxBytes: WINDOW_FILE_LIMIT,
  }),
  file: route({
    id: 'fileAtWindow',
    method: 'POST',
    path: '/public/window/filings',
    tag: 'public',
    permission: 'public',
    summary: '提交申诉、控告、举报；可匿名；返回回执编号与查询码（只显示一次）',
    body: z.strictObject({
      kind: FilingKind,
      title: words(4, 100),
      demand: words(10, 4000),
      object: words(1, 200).optional(),
      caseNo: words(1, 100).optional(),
      anonymous: z.boolean().default(false),
      contact: z.strictObject({ name: words(2, 60), phone }).optional(),
      files: uploads,
    }),
    status: 201,
    answer: Receipt,
  }),
  progress: route({
    id: 'windowProgress',
    method: 'POST',
    path: '/public/window/progress',
    tag: 'public',
    permission: 'public',
    summary: '凭回执编号与查询码查进展与答复',
    body: z.strictObject(Key),
    answer: WindowProgress,
  }),
  caseQuery: route({
    id: 'queryCase',
    method: 'POST',
    path: '/public/window/case-query',
    tag: 'public',
    permission: 'public',
    summary: '当事人及律师等查询案件：核对身份、关系、案号与查询码，只答案由、受理时间、办案期限、进展',
    body: z.strictObject({ ...person, code: Key.code }),
    answer: CaseAnswer,
  }),
  book: route({
    id: 'bookAppointment',
    method: 'POST',
    path: '/public/window/appointments',
    tag: 'public',
    permission: 'public',
    summary: '律师预约阅卷、会见；三个工作日内答复',
    body: z.strictObject({
      kind: AppointmentKind,
      lawyer: words(2, 60),
      licence: z
        .string()
        .trim()
        .regex(/^[0-9A-Za-z]{6,24}$/, '执业证号为 6 至 24 位数字或字母'),
      firm: words(2, 100),
      phone,
      caseNo,
      client: words(2, 60),
      wanted: z.array(day).max(3).default([]),
      note: words(1, 500).optional(),
      files: uploads,
    }),
    status: 201,
    answer: Receipt,
  }),
  statistics: route({
    id: 'windowStatistics',
    method: 'GET',
    path: '/public/window/statistics',
    tag: 'public',
    permission: 'public',
    summary: '已发布的统计（供人大代表、政协委员、人民监督员与公众查阅），小数值不显示',
    query: PageQuery,
    answer: page(Statistics).extend({ unit: z.string(), demo: z.boolean(), caption: z.string(), least: z.int() }),
  }),

  filings: route({
    id: 'listFilings',
    method: 'GET',
    path: '/window/filings',
    tag: 'window',
    permission: 'window.read',
    summary: '窗口收到的申诉、控告、举报，待办的在前',
    query: PageQuery.extend({
      state: FilingState.optional(),
      kind: FilingKind.optional(),
      overdue: z.enum(['true']).optional(),
    }),
    answer: page(FilingItem),
  }),
  filing: route({
    id: 'getFiling',
    method: 'GET',
    path: '/window/filings/{id}',
    tag: 'window',
    permission: 'window.read',
    summary: '一件来件：诉求、附件、经过',
    params,
    answer: FilingDetail,
  }),
  decide: route({
    id: 'decideFiling',
    method: 'POST',
    path: '/window/filings/{id}/decide',
    tag: 'window',
    permission: 'window.write',
    summary: '受理（转入信访登记）、告知向有关机关提出或不予受理；说明即程序回复，提交人可见',
    params,
    body: z.strictObject({ decision: z.enum(['accept', 'transfer', 'decline']), text: words(4, 2000) }),
    answer: FilingDetail,
  }),
  reply: route({
    id: 'replyFiling',
    method: 'POST',
    path: '/window/filings/{id}/reply',
    tag: 'window',
    permission: 'window.write',
    summary: '答复进展或结果，提交人凭查询码可见',
    params,
    body: z.strictObject({ text: words(4, 4000), final: z.boolean().default(false) }),
    answer: FilingDetail,
  }),
  contact: route({
    id: 'filingContact',
    method: 'POST',
    path: '/window/filings/{id}/contact',
    tag: 'window',
    permission: 'window.write',
    summary: '显示提交人的姓名与电话；须写明理由，留痕',
    params,
    body: z.strictObject({ reason: words(2, 200) }),
    answer: z.object({ name: z.string(), phone: z.string() }),
  }),
  filingFile: route({
    id: 'filingFile',
    method: 'GET',
    path: '/window/files/{id}/{n}',
    tag: 'window',
    permission: 'window.read',
    summary: '来件或预约的一份附件，只作为文件下载',
    params: params.extend({ n: z.coerce.number().int().min(0).max(99) }),
    produces: 'file',
  }),
  appointments: route({
    id: 'listAppointments',
    method: 'GET',
    path: '/window/appointments',
    tag: 'window',
    permission: 'window.read',
    summary: '律师预约，待安排的在前',
    query: PageQuery.extend({ state: AppointmentState.optional(), overdue: z.enum(['true']).optional() }),
    answer: page(AppointmentItem),
  }),
  appointment: route({
    id: 'getAppointment',
    method: 'GET',
    path: '/window/appointments/{id}',
    tag: 'window',
    permission: 'window.read',
    summary: '一件预约：律师、案件、期限、经过',
    params,
    answer: AppointmentDetail,
  }),
  answer: route({
    id: 'answerAppointment',
    method: 'POST',
    path: '/window/appointments/{id}/answer',
    tag: 'window',
    permission: 'window.write',
    summary: '安排时间地点，或说明不能安排的理由；生成告知文本',
    params,
    body: z.discriminatedUnion('decision', [
      z.strictObject({
        decision: z.literal('confirm'),
        on: day,
        time: z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, '写成 09:30'),
        place: words(2, 100),
        text: words(1, 500).optional(),
      }),
      z.strictObject({ decision: z.literal('decline'), text: words(4, 500) }),
    ]),
    answer: AppointmentDetail,
  }),
  codes: route({
    id: 'listQueryCodes',
    method: 'GET',
    path: '/window/codes',
    tag: 'window',
    permission: 'window.codes',
    summary: '发出的案件查询码（不含码本身），新的在前',
    query: PageQuery.extend({ caseNo: z.string().trim().max(100).optional() }),
    answer: page(CodeItem),
  }),
  issue: route({
    id: 'issueQueryCode',
    method: 'POST',
    path: '/window/codes',
    tag: 'window',
    permission: 'window.codes',
    summary: '核验身份与关系后发出查询码；码只在此显示一次',
    body: z.strictObject({ ...person, days: z.int().min(1).max(365).optional() }),
    status: 201,
    answer: z.object({ code: z.string(), item: CodeItem }),
  }),
  revoke: route({
    id: 'revokeQueryCode',
    method: 'POST',
    path: '/window/codes/{id}/revoke',
    tag: 'window',
    permission: 'window.codes',
    summary: '作废一个查询码，立即生效',
    params,
    body: z.strictObject({ reason: words(2, 200) }),
    answer: CodeItem,
  }),
  publishable: route({
    id: 'publishableFigures',
    method: 'GET',
    path: '/window/figures',
    tag: 'window',
    permission: 'window.publish',
    summary: '可以发布的指标及其将要显示的值（小数值已隐去）',
    answer: z.object({
      items: z.array(z.object({ name: z.string(), title: z.string(), unit: z.string(), value: z.number().nullable() })),
      least: z.int(),
    }),
  }),
  publish: route({
    id: 'publishStatistics',
    method: 'POST',
    path: '/window/statistics',
    tag: 'window',
    permission: 'window.publish',
    summary: '提请发布一期统计；由另一人批准后公开（见 /approvals）',
    body: z.strictObject({
      title: words(4, 100),
      names: z.array(z.string().max(80)).min(1).max(60),
      reason: words(2, 200),
    }),
    status: 202,
    answer: z.object({ approval: z.string() }),
  }),
}
