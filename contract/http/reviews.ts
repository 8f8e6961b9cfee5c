import { z } from 'zod'
import { ChainEntry } from '../chain.ts'
import { SampleCommitted } from '../sample.ts'
import { PageQuery, page, route } from './route.ts'

/** 案件质量检查与评查 over HTTP (domain.md C). */
export const GRADES = {
  excellent: '优质案件',
  qualified: '合格案件',
  basic: '基本合格案件',
  flawed: '瑕疵案件',
  unqualified: '不合格案件',
} as const
export type Grade = keyof typeof GRADES
const Grade = z.enum(['excellent', 'qualified', 'basic', 'flawed', 'unqualified'])

export const STAGES = { check: '检查', verify: '核查', review: '评查', feedback: '反馈', rectify: '整改' } as const
export type StageId = keyof typeof STAGES
export const StageId = z.enum(['check', 'verify', 'review', 'feedback', 'rectify'])

/** The step that is awaited, in words. */
export const STEP_WORDS = {
  'self-check': '待承办人自查',
  'dept-check': '待部门核查',
  assign: '待指派评查人',
  evaluate: '待评查',
  answer: '待承办人回复',
  'restudy-assign': '待指派复核人',
  restudy: '待复核',
  decide: '待决定等次',
  rectify: '待整改',
  confirm: '待确认整改',
  filed: '核查完毕，归档',
  archived: '已入业绩档案',
} as const
export type StepId = keyof typeof STEP_WORDS
export const StepId = z.enum(Object.keys(STEP_WORDS) as [StepId, ...StepId[]])

/** What a caller may do with a review now. */
export const ReviewAct = z.enum([
  'self-check',
  'dept-check',
  'select',
  'assign',
  'evaluate',
  'answer',
  'restudy',
  'decide',
  'rectify',
  'confirm',
])
export type ReviewAct = z.infer<typeof ReviewAct>

export const KIND_WORDS = { routine: '常规抽查', key: '重点评查', thematic: '专项评查', cross: '交叉评查' } as const
/** 常规抽查、重点评查、专项评查、交叉评查. */
export const ReviewKind = z.enum(['routine', 'key', 'thematic', 'cross'])
export type ReviewKind = z.infer<typeof ReviewKind>

export const ReviewItem = z.object({
  id: z.string(),
  caseId: z.string(),
  caseNo: z.string(),
  /** Name; null while the caller judges the case blind. */
  handler: z.string().nullable(),
  department: z.string(),
  stage: StageId.nullable(),
  step: StepId,
  /** Day on which the case was concluded. */
  closedDay: z.string(),
  disputed: z.boolean(),
  /** What the caller may do with it now. */
  acts: z.array(ReviewAct),
  due: z.iso.date().nullable(),
  overdue: z.boolean(),
  kind: ReviewKind.nullable(),
  trigger: z.string().nullable(),
  grade: Grade.nullable(),
  gradeName: z.string().nullable(),
  openedAt: z.int(),
})
export const ReviewForm = z.object({
  kind: z.string(),
  /** Name of who filled it in; null while the caller judges the case blind. */
  by: z.string().nullable(),
  at: z.int(),
  body: z.record(z.string(), z.unknown()),
})
export const ReviewDetail = ReviewItem.extend({
  /** Names; null = nobody yet, or hidden while the caller judges the case blind. */
  checker: z.string().nullable(),
  reviewer: z.string().nullable(),
  restudier: z.string().nullable(),
  /** The caller judges this case and does not see whose it is. */
  blind: z.boolean(),
  outcome: z.string().nullable(),
  veto: z.boolean(),
  /** Who may be assigned now; empty unless the caller assigns. */
  eligible: z.array(z.object({ id: z.string(), name: z.string(), department: z.string() })),
  /** The review's own entries of the chain; empty while blind, for they name the persons. */
  entries: z.array(ChainEntry),
  score: z.int().nullable(),
  proposed: Grade.nullable(),
  /** Grades that may be given today. */
  grades: z.array(z.object({ id: Grade, name: z.string() })),
  forms: z.array(ReviewForm),
})
/** One case in a person's performance file. */
export const PerformanceItem = z.object({
  reviewId: z.string(),
  caseId: z.string(),
  caseNo: z.string(),
  closedDay: z.string(),
  kind: ReviewKind.nullable(),
  score: z.int().nullable(),
  grade: Grade,
  gradeName: z.string(),
  disputed: z.boolean(),
  decidedAt: z.int(),
  problems: z.array(z.object({ item: z.string(), name: z.string(), text: z.string() })),
  /** What was to be put right, what was done, and on what evidence. */
  rectify: z.array(z.string()),
  rectified: z
    .object({
      done: z.string(),
      evidence: z.string(),
      files: z.array(z.object({ name: z.string(), sha256: z.string() })),
    })
    .nullable(),
})
export type PerformanceItem = z.infer<typeof PerformanceItem>
/** Conditions of the list and of its export. */
export const ReviewFilters = z.object({
  stage: StageId.optional(),
  step: StepId.optional(),
  kind: ReviewKind.optional(),
  caseId: z.string().max(64).optional(),
  overdue: z.enum(['true']).optional(),
  /** Only what waits for the caller. */
  mine: z.enum(['true']).optional(),
})
export type ReviewFilters = z.output<typeof ReviewFilters>
const params = z.object({ id: z.string().max(64) })
const words = (least: number) => z.string().trim().min(least, `请写明，至少 ${least} 个字`).max(2000)
/** Evidence by name and hash: the file itself stays where it is kept, anybody can compare it later. */
export const EvidenceFile = z.object({
  name: z.string().trim().min(1).max(200),
  bytes: z.int().min(0),
  sha256: z.string().regex(/^[0-9a-f]{64}$/, '须为 64 位小写十六进制'),
})
const problems = z.array(z.object({ item: z.string().max(64), text: words(2) })).max(50)
const Moved = z.object({ review: ReviewItem, entry: ChainEntry })

const step = <Body extends z.ZodType>(id: string, path: string, permission: string, summary: string, body: Body) =>
  route({
    id,
    method: 'POST',
    path: `/reviews/{id}/${path}`,
    tag: 'reviews',
    permission,
    summary,
    params,
    body,
    answer: Moved,
  })

export const reviewRoutes = {
  list: route({
    id: 'listReviews',
    method: 'GET',
    path: '/reviews',
    tag: 'reviews',
    permission: 'reviews.read-own',
    summary: '检查与评查列表，快到期的在前；承办人与评查人只看到自己的',
    query: PageQuery.extend(ReviewFilters.shape),
    answer: page(ReviewItem),
  }),
  get: route({
    id: 'getReview',
    method: 'GET',
    path: '/reviews/{id}',
    tag: 'reviews',
    permission: 'reviews.read-own',
    summary: '一案的自查表、核查表、评查与其后各步',
    params,
    answer: ReviewDetail,
  }),
  open: route({
    id: 'openReview',
    method: 'POST',
    path: '/reviews',
    tag: 'reviews',
    permission: 'reviews.write',
    status: 201,
    summary: '为一件案件开始检查；同一案件只有一份',
    body: z.object({ caseId: z.string().min(1).max(64) }),
    answer: Moved,
  }),
  selfCheck: step(
    'selfCheck',
    'self-check',
    'reviews.answer',
    '自查表：承办人本人填写',
    z.object({ problems, statement: words(2) }),
  ),
  deptCheck: step(
    'departmentCheck',
    'department-check',
    'reviews.check',
    '核查表：本部门另一人填写，退回则重新自查',
    z.object({ passed: z.boolean(), problems, opinion: words(2) }),
  ),
  select: step(
    'selectForReview',
    'select',
    'reviews.write',
    '选定评查：重点、专项或交叉；常规抽查只能抽签产生',
    z.object({ kind: z.enum(['key', 'thematic', 'cross']), trigger: z.string().max(64).optional(), reason: words(4) }),
  ),
  assign: step(
    'assignReviewer',
    'reviewer',
    'reviews.write',
    '指派评查人或复核人：非承办人、非核查人、非本部门',
    z.object({ reviewer: z.string().max(64) }),
  ),
  evaluate: step(
    'evaluateCase',
    'evaluation',
    'reviews.answer',
    '评查：评分卡、否决项与等次意见',
    z.object({
      deductions: z.record(z.string().max(64), z.int().min(0).max(100)).default({}),
      veto: z.array(z.string().max(64)).max(20).default([]),
      grade: Grade,
      reason: words(4),
      problems,
    }),
  ),
  answer: step(
    'answerReview',
    'answer',
    'reviews.answer',
    '承办人对评查意见的回复：同意，或提出异议',
    z.object({ accepted: z.boolean(), opinion: words(2) }),
  ),
  restudy: step(
    'restudyReview',
    'restudy',
    'reviews.answer',
    '复核：由另一人提出意见',
    z.object({ grade: Grade, opinion: words(4) }),
  ),
  decide: step(
    'decideReview',
    'decision',
    'reviews.decide',
    '决定等次；不合格或有异议的须经检察委员会',
    z.object({
      grade: Grade,
      reason: words(4),
      /** 检委会会议记录编号. */
      committee: z.string().trim().min(1).max(100).nullable().default(null),
      /** What has to be put right; empty = nothing. */
      rectify: z.array(words(2)).max(50).default([]),
    }),
  ),
  rectify: step(
    'rectifyCase',
    'rectification',
    'reviews.answer',
    '整改：承办人说明做了什么，附依据',
    z.object({ done: words(4), evidence: words(2), files: z.array(EvidenceFile).max(20).default([]) }),
  ),
  confirm: step(
    'confirmRectification',
    'confirmation',
    'reviews.write',
    '确认整改，归入司法业绩档案；不到位则退回',
    z.object({ passed: z.boolean(), note: words(2) }),
  ),
  sample: route({
    id: 'commitSample',
    method: 'POST',
    path: '/reviews/samples',
    tag: 'reviews',
    permission: 'reviews.write',
    status: 201,
    summary: '常规抽查：冻结名单并作出承诺',
    answer: z.object({ sampleId: z.string(), body: SampleCommitted, entry: ChainEntry }),
  }),
  drawSample: route({
    id: 'completeSample',
    method: 'POST',
    path: '/reviews/samples/{id}/contributions',
    tag: 'reviews',
    permission: 'reviews.write',
    summary: '出具随机数，抽出应评查的案件',
    params,
    body: z.strictObject({ nonce: z.string().regex(/^[0-9a-f]{64}$/, '须为 64 位小写十六进制（32 字节）') }),
    answer: z.object({
      drawn: z.array(z.object({ handler: z.string(), cases: z.array(z.string()) })),
      entry: ChainEntry,
    }),
  }),
  rules: route({
    id: 'reviewRules',
    method: 'GET',
    path: '/reviews/rules',
    tag: 'reviews',
    permission: 'reviews.read-own',
    summary: '评分卡、否决项、等次与各步期限',
    answer: z.object({
      version: z.string(),
      basis: z.string(),
      blind: z.boolean(),
      card: z.array(z.object({ id: z.string(), name: z.string(), weight: z.int() })),
      veto: z.array(z.object({ id: z.string(), name: z.string() })),
      /** Grades of today, best first; `from` points suggest it, null = below all. */
      grades: z.array(z.object({ id: Grade, name: z.string(), from: z.int().nullable() })),
      triggers: z.array(z.object({ id: z.string(), name: z.string() })),
      days: z.record(z.string(), z.int()),
    }),
  }),
  performance: route({
    id: 'performanceFile',
    method: 'GET',
    path: '/reviews/performance',
    tag: 'reviews',
    permission: 'reviews.read-own',
    summary: '司法业绩档案：一人的评查结果；本人看自己的，案管与院领导可查阅',
    /** Person id; without it the caller's own. */
    query: PageQuery.extend({ person: z.string().max(64).optional() }),
    answer: page(PerformanceItem).extend({ person: z.string(), name: z.string(), department: z.string() }),
  }),
  verify: route({
    id: 'verifyReviews',
    method: 'POST',
    path: '/reviews/verify',
    tag: 'reviews',
    permission: 'reviews.read-own',
    consumes: 'raw',
    maxBytes: 64 * 1024 * 1024,
    summary: '复算一份导出的评查链（NDJSON）：链接、抽查、环节与回避',
    answer: z.object({
      ok: z.boolean(),
      entries: z.int(),
      samples: z.int(),
      reviews: z.int(),
      failures: z.array(z.object({ seq: z.int(), what: z.string() })),
    }),
  }),
  samples: route({
    id: 'listSamples',
    method: 'GET',
    path: '/reviews/samples',
    tag: 'reviews',
    permission: 'reviews.read',
    summary: '历次常规抽查，新的在前；每次附链上条目，可在浏览器复算',
    query: PageQuery,
    answer: page(
      z.object({
        sampleId: z.string(),
        state: z.enum(['committed', 'completed']),
        createdAt: z.int(),
        entries: z.array(ChainEntry),
        /** Case id → case number, of what was drawn. */
        caseNos: z.record(z.string(), z.string()),
        /** Person id → name, of the handlers in it. */
        names: z.record(z.string(), z.string()),
      }),
    ),
  }),
}
