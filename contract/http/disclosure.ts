import { z } from 'zod'
import { ChainEntry } from '../chain.ts'
import { PageQuery, page, route } from './route.ts'

/** 文书公开 over HTTP (domain.md E): redaction, and the four steps 审核 → 导出 → 复核 → 发布. */
export const PARTY_ROLES = ['suspect', 'defendant', 'victim', 'witness', 'guardian', 'other'] as const
export const DOCUMENT_KINDS = ['indictment', 'non-prosecution', 'protest', 'other'] as const
export const PartyRole = z.enum(PARTY_ROLES)
export type PartyRole = z.infer<typeof PartyRole>
export const DocumentKind = z.enum(DOCUMENT_KINDS)
export type DocumentKind = z.infer<typeof DocumentKind>
export const ROLE_NAMES: Readonly<Record<PartyRole, string>> = {
  suspect: '犯罪嫌疑人',
  defendant: '被告人',
  victim: '被害人',
  witness: '证人',
  guardian: '监护人',
  other: '其他',
}

export const Party = z.object({
  /** More names of one person in brackets: 张三（曾用名：张四）. */
  name: z.string().trim().min(1).max(100),
  role: PartyRole,
  minor: z.boolean().optional(),
})
export type Party = z.infer<typeof Party>
const Parties = z.array(Party).max(500)

/** `[start, end)` in UTF-16 units of the text that came in; in order, without overlaps. */
export const Replacement = z.object({
  /** name, id-card, phone, landline, bank-card, plate, address, birth-date, email, wechat, qq, passport … */
  kind: z.string(),
  start: z.int().min(0),
  end: z.int().min(1),
  replacement: z.string(),
})
export type Replacement = z.infer<typeof Replacement>

/** Words for the kinds that people read. */
export const KIND_NAMES: Readonly<Record<string, string>> = {
  name: '姓名',
  'id-card': '证件号码',
  phone: '电话',
  landline: '固定电话',
  'bank-card': '银行账号',
  'long-number': '长号码',
  plate: '车牌',
  address: '住址',
  'birth-date': '出生日期',
  email: '邮箱',
  wechat: '微信等账号',
  qq: 'QQ',
  passport: '护照通行证',
  property: '不动产证号',
  link: '网址',
  school: '学校',
  employer: '工作单位',
  health: '健康状况',
  manual: '人工屏蔽',
}

export const STEPS = { review: '审核', export: '导出', recheck: '复核', publish: '发布' } as const
export const StepId = z.enum(['review', 'export', 'recheck', 'publish'])
export type StepId = z.infer<typeof StepId>
/** `returned`: back to who submitted it; `excluded`: 不公开, with ground and approver. */
export const DocumentState = z.enum([
  'review',
  'export',
  'recheck',
  'publish',
  'published',
  'returned',
  'excluded',
  'withdrawn',
])
export type DocumentState = z.infer<typeof DocumentState>
export const STATE_NAMES: Readonly<Record<DocumentState, string>> = {
  review: '待审核',
  export: '待导出',
  recheck: '待复核',
  publish: '待发布',
  published: '已发布',
  returned: '已退回',
  excluded: '不公开',
  withdrawn: '已撤回',
}
export const ActionId = z.enum(['review', 'export', 'recheck', 'publish', 'withdraw', 'reopen', 'mask'])
export type ActionId = z.infer<typeof ActionId>

export const FileFormat = z.enum(['docx', 'pdf', 'txt'])
export type FileFormat = z.infer<typeof FileFormat>

export const DisclosureItem = z.object({
  id: z.string(),
  title: z.string(),
  type: z.string(),
  typeName: z.string(),
  caseNo: z.string().nullable(),
  department: z.string(),
  state: DocumentState,
  /** Last day of publication by the one deadline engine; null when nothing is awaited. */
  due: z.iso.date().nullable(),
  provisional: z.boolean(),
  overdue: z.boolean(),
  /** Handed in after the days that the handler has. */
  lateSubmit: z.boolean(),
  submittedAt: z.int(),
  publishedAt: z.int().nullable(),
  /** What the caller may do now. */
  acts: z.array(ActionId),
})
export type DisclosureItem = z.infer<typeof DisclosureItem>

export const DisclosureNote = z.object({
  action: z.string(),
  by: z.string(),
  at: z.int(),
  reason: z.string().nullable(),
})
const hash = z.string().regex(/^[0-9a-f]{64}$/)
export const DisclosureDetail = DisclosureItem.extend({
  kind: DocumentKind,
  parties: Parties,
  readyDay: z.iso.date().nullable(),
  ground: z.string().nullable(),
  groundName: z.string().nullable(),
  original: z.object({ name: z.string(), format: FileFormat, hash, size: z.int(), warnings: z.array(z.string()) }),
  copy: z.object({ format: FileFormat, hash, size: z.int(), exportedAt: z.int(), rules: z.string() }).nullable(),
  /** Public address below /api/v1; null unless published. */
  url: z.string().nullable(),
  notes: z.array(DisclosureNote),
})
export type DisclosureDetail = z.infer<typeof DisclosureDetail>

/** What a second reading of the exported file found; empty = nothing left over. */
export const Leftover = z.object({ where: z.string(), kind: z.string(), count: z.int() })
export type Leftover = z.infer<typeof Leftover>

const Masked = Replacement.extend({ manual: z.boolean(), reason: z.string().nullable() })
export type Masked = z.infer<typeof Masked>
/** Both sides of the recheck page. */
export const DisclosureSides = z.object({
  text: z.string(),
  replacements: z.array(Masked),
  /** Masks that a person took off, with the reason. */
  removed: z.array(Masked),
  /** Text of the exported file, as the second parser reads it; null before the export. */
  exported: z.string().nullable(),
  leftovers: z.array(Leftover),
  /** Given names alone and names after a role that no party list holds: to be looked at, not masked. */
  hints: z.array(z.object({ start: z.int(), end: z.int(), text: z.string(), why: z.string() })),
})
export type DisclosureSides = z.infer<typeof DisclosureSides>

export const UPLOAD_LIMIT = 8 * 1024 * 1024
/** Longest text the interface redacts in one call, in UTF-16 units. */
export const TEXT_LIMIT = 1_000_000

const params = z.object({ id: z.string().max(64) })
const words = (least: number) => z.string().trim().min(least, `请写明，至少 ${least} 个字`).max(2000)
const Moved = z.object({ document: DisclosureItem, entry: ChainEntry })

const step = <Body extends z.ZodType>(id: string, path: string, permission: string, summary: string, body: Body) =>
  route({
    id,
    method: 'POST',
    path: `/disclosure/documents/{id}/${path}`,
    tag: 'disclosure',
    permission,
    summary,
    params,
    body,
    answer: Moved,
  })

export const disclosureRoutes = {
  redact: route({
    id: 'redactText',
    method: 'POST',
    path: '/disclosure/redact',
    tag: 'disclosure',
    permission: 'disclosure.redact',
    summary: '屏蔽一段文字：当事人姓名、号码、住址等；再做一次没有变化；审判、检察人员与案号保留',
    body: z.object({ text: z.string().max(TEXT_LIMIT), parties: Parties, documentKind: DocumentKind }),
    answer: z.object({ text: z.string(), replacements: z.array(Replacement) }),
    maxBytes: 4 * 1024 * 1024,
  }),
  upload: route({
    id: 'uploadDisclosureFile',
    method: 'POST',
    path: '/disclosure/files',
    tag: 'disclosure',
    permission: 'disclosure.submit',
    summary: '上传一份 .docx、.pdf 或 .txt（原始字节），读出文字；返回其哈希，提交时引用',
    query: z.object({ name: z.string().trim().min(1).max(200) }),
    status: 201,
    answer: z.object({
      file: hash,
      name: z.string(),
      format: FileFormat,
      size: z.int(),
      characters: z.int(),
      warnings: z.array(z.string()),
    }),
    consumes: 'raw',
    maxBytes: UPLOAD_LIMIT,
  }),
  submit: route({
    id: 'submitDisclosure',
    method: 'POST',
    path: '/disclosure/documents',
    tag: 'disclosure',
    permission: 'disclosure.submit',
    summary: '承办人提交公开（或提出不公开的理由），进入审核',
    status: 201,
    body: z.object({
      file: hash,
      title: words(2).max(200),
      type: z.string().max(64),
      caseNo: z.string().trim().max(100).optional(),
      parties: Parties,
      /** Judgment effective, document served, or answer received, as the type asks. */
      readyDay: z.iso.date().optional(),
      exclude: z.object({ ground: z.string().max(64), reason: words(2) }).optional(),
    }),
    answer: Moved,
  }),
  list: route({
    id: 'listDisclosure',
    method: 'GET',
    path: '/disclosure/documents',
    tag: 'disclosure',
    permission: 'disclosure.read-own',
    summary: '文书列表，快到期的在前；承办人只看到自己提交的，部门负责人看到本部门的',
    query: PageQuery.extend({ state: DocumentState.optional(), overdue: z.enum(['true']).optional() }),
    answer: page(DisclosureItem),
  }),
  get: route({
    id: 'getDisclosure',
    method: 'GET',
    path: '/disclosure/documents/{id}',
    tag: 'disclosure',
    permission: 'disclosure.read-own',
    summary: '一份文书：当事人、期限、原件与副本的哈希、经过',
    params,
    answer: DisclosureDetail,
  }),
  sides: route({
    id: 'disclosureSides',
    method: 'GET',
    path: '/disclosure/documents/{id}/sides',
    tag: 'disclosure',
    permission: 'disclosure.read-own',
    summary: '原文与屏蔽结果对照，以及导出文件的再次读取结果',
    params,
    answer: DisclosureSides,
  }),
  copy: route({
    id: 'disclosureCopy',
    method: 'GET',
    path: '/disclosure/documents/{id}/copy',
    tag: 'disclosure',
    permission: 'disclosure.read-own',
    summary: '导出的副本文件',
    params,
    produces: 'file',
  }),
  rules: route({
    id: 'disclosureRules',
    method: 'GET',
    path: '/disclosure/rules',
    tag: 'disclosure',
    permission: 'disclosure.read-own',
    summary: '可公开的文书种类与不公开的理由',
    answer: z.object({
      version: z.string(),
      legalBasis: z.string(),
      types: z.array(z.object({ id: z.string(), name: z.string(), kind: DocumentKind, ready: z.string() })),
      grounds: z.array(z.object({ id: z.string(), name: z.string(), absolute: z.boolean() })),
    }),
  }),
  review: step(
    'reviewDisclosure',
    'review',
    'disclosure.review',
    '审核：公开、不公开（须有理由）或退回；不得审核自己提交的',
    z.object({
      decision: z.enum(['publish', 'exclude', 'return']),
      ground: z.string().max(64).optional(),
      reason: words(2),
    }),
  ),
  mask: step(
    'maskDisclosure',
    'masks',
    'disclosure.mask',
    '增加或取消屏蔽，须有理由；姓名、证件号码、电话、账号不能取消；之后须重新导出',
    z.object({
      add: z.array(z.object({ start: z.int().min(0), end: z.int().min(1) })).max(100),
      remove: z.array(z.object({ start: z.int().min(0), end: z.int().min(1) })).max(100),
      reason: words(2),
    }),
  ),
  export: step(
    'exportDisclosure',
    'export',
    'disclosure.export',
    '导出：另做一份干净的副本，读回核对，有残留即不通过',
    z.object({ format: z.enum(['docx', 'pdf']) }),
  ),
  recheck: step(
    'recheckDisclosure',
    'recheck',
    'disclosure.recheck',
    '复核：由导出人以外的人对照；不通过退回审核',
    z.object({ passed: z.boolean(), reason: words(2) }),
  ),
  publish: step('publishDisclosure', 'publish', 'disclosure.publish', '发布：记下地址、时间与哈希', z.object({})),
  withdraw: step(
    'withdrawDisclosure',
    'withdraw',
    'disclosure.withdraw',
    '撤回：立即不可再读，留下记录',
    z.object({ reason: words(2) }),
  ),
  reopen: step(
    'reopenDisclosure',
    'reopen',
    'disclosure.withdraw',
    '撤回后更正：重新进入审核',
    z.object({ reason: words(2) }),
  ),
  publicList: route({
    id: 'listPublicDocuments',
    method: 'GET',
    path: '/public/documents',
    tag: 'public',
    permission: 'public',
    summary: '已公开的文书，新的在前',
    query: PageQuery,
    answer: page(
      z.object({
        id: z.string(),
        title: z.string(),
        typeName: z.string(),
        publishedAt: z.int(),
        format: FileFormat,
        size: z.int(),
        hash,
        url: z.string(),
      }),
    ).extend({ unit: z.string(), demo: z.boolean() }),
  }),
  publicFile: route({
    id: 'publicDocumentFile',
    method: 'GET',
    path: '/public/documents/{id}/file',
    tag: 'public',
    permission: 'public',
    summary: '一份已公开的文书；撤回后不再提供',
    params,
    produces: 'file',
  }),
}
