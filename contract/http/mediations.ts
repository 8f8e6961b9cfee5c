import { z } from 'zod'
import { PageQuery, page, route } from './route.ts'

/** 在线调解 over HTTP (domain.md D.3): what the desk does. What outside parties do stands in mediate.ts. */
export const STAGES = {
  consent: '身份与同意',
  suitability: '适宜性审查',
  mediator: '选定调解员',
  schedule: '排期通知',
  rights: '权利告知',
  session: '调解',
  signing: '签署',
  agreed: '已达成',
  archived: '已归档',
  failed: '未达成',
  closed: '不予调解',
} as const
export const Stage = z.enum(Object.keys(STAGES) as [keyof typeof STAGES, ...(keyof typeof STAGES)[]])
export type Stage = z.infer<typeof Stage>

export const PARTY_ROLE_NAMES = {
  applicant: '申请人',
  respondent: '被申请人',
  third: '第三人',
  agent: '代理人',
} as const
export const MediationRole = z.enum(['applicant', 'respondent', 'third', 'agent'])
export type MediationRole = z.infer<typeof MediationRole>

export const MEDIATOR_KINDS = {
  staff: '本院人员',
  'people-mediator': '人民调解员',
  lawyer: '律师',
  supervisor: '人民监督员',
} as const
export const MediatorKind = z.enum(['staff', 'people-mediator', 'lawyer', 'supervisor'])

const words = (least: number, most = 2000) => z.string().trim().min(least, `请写明，至少 ${least} 个字`).max(most)
const day = z.iso.date()
const hash = z.string().regex(/^[0-9a-f]{64}$/)
const key = z.string().regex(/^[A-Za-z0-9-]{1,64}$/)

/** A polyline of a drawn signature on a sheet of 600 × 240. */
export const SHEET = { width: 600, height: 240 } as const
export const Strokes = z
  .array(
    z
      .array(z.tuple([z.number().min(0).max(SHEET.width), z.number().min(0).max(SHEET.height)]))
      .min(1)
      .max(2000),
  )
  .min(1, '请先签名')
  .max(100)
export type Strokes = z.infer<typeof Strokes>

export const IssueItem = z.object({ id: key, text: z.string(), settled: z.boolean() })
export const ProposalItem = z.object({
  id: key,
  /** Party id, or `mediator`. */
  by: z.string(),
  text: z.string(),
  at: z.int(),
  answers: z.record(z.string(), z.enum(['accept', 'reject'])),
})
export const MESSAGE_KINDS = { statement: '陈述', message: '发言', file: '材料', system: '系统' } as const
export const MessageItem = z.object({
  seq: z.int(),
  /** `room`: everybody; a party's id: that party and the mediator alone (单独沟通). */
  channel: z.string(),
  kind: z.enum(['statement', 'message', 'file', 'system']),
  by: z.string(),
  text: z.string(),
  file: z.object({ id: z.string(), name: z.string(), size: z.int(), hash }).nullable(),
  at: z.int(),
})
export type MessageItem = z.infer<typeof MessageItem>

export const AgreementItem = z.object({
  version: z.int(),
  hash,
  size: z.int(),
  madeAt: z.int(),
  terms: z.array(z.string()),
  duties: z.array(z.object({ text: z.string(), due: day })),
})
export const PartyItem = z.object({
  id: key,
  name: z.string(),
  role: MediationRole,
  /** Id of the party that an agent stands for. */
  standsFor: z.string().nullable(),
  /** Last four of the phone number. */
  phoneTail: z.string(),
  identity: z.object({ method: z.string(), methodName: z.string(), at: z.int(), by: z.string() }).nullable(),
  /** Where the link stands: none yet, waiting, locked after wrong codes, run out, in use. */
  link: z.enum(['none', 'waiting', 'locked', 'expired', 'open']),
  consent: z.object({ agree: z.boolean(), at: z.int() }).nullable(),
  rights: z.object({ at: z.int(), recording: z.boolean() }).nullable(),
  challenge: z
    .object({ reason: z.string(), at: z.int(), decided: z.enum(['accepted', 'refused']).nullable() })
    .nullable(),
  signedAt: z.int().nullable(),
})
export type PartyItem = z.infer<typeof PartyItem>

export const MediationItem = z.object({
  id: z.string(),
  title: z.string(),
  kind: z.string(),
  kindName: z.string(),
  stage: Stage,
  /** Petition matter it comes from; null = standalone. */
  matter: z.string().nullable(),
  caseNo: z.string().nullable(),
  host: z.string(),
  hostName: z.string(),
  mediatorName: z.string().nullable(),
  parties: z.int(),
  due: day.nullable(),
  overdue: z.boolean(),
  sessionAt: z.int().nullable(),
  createdAt: z.int(),
})
export type MediationItem = z.infer<typeof MediationItem>

export const ACTS = [
  'party',
  'identify',
  'link',
  'suitability',
  'mediator',
  'challenge',
  'schedule',
  'issues',
  'propose',
  'message',
  'draft',
  'redraft',
  'fail',
  'extend',
  'confirm',
  'duty',
  'archive',
] as const
export const MediationAct = z.enum(ACTS)
export type MediationAct = z.infer<typeof MediationAct>

export const MediationDetail = MediationItem.extend({
  facts: z.string(),
  handlers: z.array(z.object({ id: z.string(), name: z.string() })),
  people: z.array(PartyItem),
  suitability: z.object({ found: z.array(z.string()), note: z.string(), by: z.string(), at: z.int() }).nullable(),
  mediator: z.object({ kind: MediatorKind, id: z.string(), name: z.string(), org: z.string() }).nullable(),
  session: z
    .object({ at: z.int(), minutes: z.int(), video: z.string().nullable(), place: z.string().nullable() })
    .nullable(),
  issues: z.array(IssueItem),
  proposals: z.array(ProposalItem),
  agreement: AgreementItem.nullable(),
  failure: z.object({ reason: z.string(), reasonName: z.string(), note: z.string(), at: z.int() }).nullable(),
  confirmation: z
    .object({ path: z.string(), due: day, state: z.enum(['open', 'applied', 'waived']), note: z.string() })
    .nullable(),
  performance: z.array(
    z.object({ id: key, text: z.string(), due: day, state: z.enum(['open', 'done', 'breached']), note: z.string() }),
  ),
  files: z.int(),
  notes: z.array(z.object({ action: z.string(), by: z.string(), at: z.int(), note: z.string() })),
  /** What the caller may do now. */
  acts: z.array(MediationAct),
})
export type MediationDetail = z.infer<typeof MediationDetail>

export const MEDIATION_FILE_LIMIT = 8 * 1024 * 1024

const params = z.object({ id: key })
const base = { tag: 'mediations' } as const
const read = { ...base, permission: 'mediations.read-own' } as const
const write = { ...base, permission: 'mediations.write' } as const
const step = <Body extends z.ZodType>(id: string, path: string, summary: string, body: Body) =>
  route({
    ...write,
    id,
    method: 'POST',
    path: `/mediations/{id}/${path}`,
    summary,
    params,
    body,
    answer: MediationDetail,
  })

const PartyBody = z.object({
  name: words(2, 60),
  role: MediationRole,
  phone: z.string().regex(/^[0-9+ -]{5,20}$/, '请填写电话号码'),
  standsFor: key.optional(),
})

export const mediationRoutes = {
  rules: route({
    ...read,
    id: 'mediationRules',
    method: 'GET',
    path: '/mediations/rules',
    summary: '争议种类、不予调解情形、调解员名单、权利告知',
    answer: z.object({
      version: z.string(),
      legalBasis: z.string(),
      kinds: z.array(z.object({ id: z.string(), name: z.string(), path: z.string() })),
      exclusions: z.array(z.object({ id: z.string(), name: z.string(), basis: z.string() })),
      identity: z.array(z.object({ id: z.string(), name: z.string(), lawyer: z.boolean() })),
      failures: z.array(z.object({ id: z.string(), name: z.string() })),
      mediators: z.array(z.object({ kind: MediatorKind, id: z.string(), name: z.string(), org: z.string() })),
      handlers: z.array(z.object({ id: z.string(), name: z.string() })),
      rights: z.array(z.string()),
      videoHosts: z.array(z.string()),
    }),
  }),
  list: route({
    ...read,
    id: 'listMediations',
    method: 'GET',
    path: '/mediations',
    summary: '在线调解，新的在前；没有全部查看权限的人只看到自己登记或主持的',
    query: PageQuery.extend({ stage: Stage.optional(), matter: z.string().max(64).optional() }),
    answer: page(MediationItem),
  }),
  apply: route({
    ...write,
    id: 'applyMediation',
    method: 'POST',
    path: '/mediations',
    summary: '登记调解申请（或建议调解），登记人即主持人；可关联信访事项',
    status: 201,
    body: z.object({
      title: words(4, 200),
      kind: key,
      facts: words(4, 4000),
      matter: key.optional(),
      caseNo: z.string().trim().max(100).optional(),
      /** Who handles the case: they cannot mediate it. */
      handlers: z.array(key).max(20).default([]),
      parties: z.array(PartyBody).min(2, '至少两方当事人').max(12),
    }),
    answer: MediationDetail,
  }),
  get: route({
    ...read,
    id: 'getMediation',
    method: 'GET',
    path: '/mediations/{id}',
    summary: '一件调解：当事人、进度、争点、方案、协议、经过',
    params,
    answer: MediationDetail,
  }),
  identify: step(
    'identifyMediationParty',
    'identify',
    '记录身份核验：证件或执业证；号码只留末四位',
    z.object({ party: key, method: key, document: z.string().trim().min(4).max(40) }),
  ),
  link: route({
    ...write,
    id: 'issueMediationLink',
    method: 'POST',
    path: '/mediations/{id}/link',
    summary: '给一方发放一次性链接和验证码，只显示这一次；旧的立即失效',
    params,
    body: z.object({ party: key }),
    answer: z.object({ path: z.string(), code: z.string(), expiresAt: z.int() }),
  }),
  suitability: step(
    'judgeMediation',
    'suitability',
    '适宜性审查：逐项核对不予调解的情形；有一项即不予调解',
    z.object({ checked: z.array(key).max(50), found: z.array(key).max(50), note: words(2) }),
  ),
  mediator: step(
    'chooseMediator',
    'mediator',
    '选定调解员；承办人、当事人、与当事人同名的人不得担任，须声明无利害关系',
    z.object({ kind: MediatorKind, mediator: key, noConflict: z.literal(true, '须声明无利害关系') }),
  ),
  challenge: step(
    'decideMediationChallenge',
    'challenge',
    '处理更换调解员的申请；被申请更换的人自己不得决定',
    z.object({ party: key, accept: z.boolean(), reason: words(2) }),
  ),
  schedule: step(
    'scheduleMediation',
    'schedule',
    '排期并通知各方；视频链接须在本院认可的会议系统里',
    z.object({
      at: z.int().min(0),
      minutes: z.int().min(10).max(480),
      video: z.url().max(500).optional(),
      place: z.string().trim().max(200).optional(),
    }),
  ),
  issues: step(
    'setMediationIssues',
    'issues',
    '整理争点',
    z.object({ issues: z.array(z.object({ text: words(2, 500), settled: z.boolean() })).max(30) }),
  ),
  propose: step('proposeMediation', 'propose', '调解员提出方案', z.object({ text: words(4) })),
  messages: route({
    ...read,
    id: 'listMediationMessages',
    method: 'GET',
    path: '/mediations/{id}/messages',
    summary: '调解室的发言与材料，含各方的单独沟通；只有主持人和调解员能看',
    params,
    query: PageQuery.extend({ after: z.coerce.number().int().min(0).default(0) }),
    answer: page(MessageItem),
  }),
  message: route({
    ...write,
    id: 'sendMediationMessage',
    method: 'POST',
    path: '/mediations/{id}/messages',
    summary: '调解员发言：room 为全体，当事人的编号为单独沟通',
    status: 201,
    params,
    body: z.object({ channel: key, text: words(1, 4000) }),
    answer: MessageItem,
  }),
  file: route({
    ...read,
    id: 'mediationFile',
    method: 'GET',
    path: '/mediations/{id}/files/{file}',
    summary: '一份材料',
    params: z.object({ id: key, file: key }),
    produces: 'file',
  }),
  draft: step(
    'draftMediationAgreement',
    'draft',
    '拟定协议，生成 PDF 供各方阅读签名；重新拟定则已签的作废',
    z.object({
      terms: z.array(words(4, 2000)).min(1).max(50),
      duties: z.array(z.object({ text: words(2, 500), due: day })).max(50),
    }),
  ),
  agreement: route({
    ...read,
    id: 'mediationAgreement',
    method: 'GET',
    path: '/mediations/{id}/agreement',
    summary: '协议 PDF',
    params,
    produces: 'file',
  }),
  redraft: step('redraftMediation', 'redraft', '退回调解，已签的作废', z.object({ reason: words(2) })),
  fail: step('failMediation', 'fail', '未达成：记录理由，调解结束', z.object({ reason: key, note: words(2) })),
  extend: step('extendMediation', 'extend', '各方同意后延长期限一次', z.object({ reason: words(2) })),
  confirm: step(
    'confirmMediation',
    'confirm',
    '司法确认（或刑事和解协议书）的办理情况',
    z.object({ state: z.enum(['applied', 'waived']), note: words(2) }),
  ),
  duty: step(
    'followMediationDuty',
    'duty',
    '履行情况回访',
    z.object({ duty: key, state: z.enum(['done', 'breached']), note: words(2) }),
  ),
  archive: step('archiveMediation', 'archive', '归档：确认已办理、义务已回访', z.object({ note: words(2) })),
  pack: route({
    ...read,
    id: 'mediationPack',
    method: 'GET',
    path: '/mediations/{id}/pack',
    summary: '签署包 zip：协议、签名文件、公钥、手写签名、同意说明、校验方法；openssl 与 sha256sum 即可验证',
    params,
    produces: 'file',
  }),
}
