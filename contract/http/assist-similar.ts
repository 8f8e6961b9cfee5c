import { z } from 'zod'
import { Decided, Place } from './assist-reading.ts'
import { route } from './route.ts'

/** 类案参考: judged cases by charge, circumstances and words, each with why; only those that the person may open. */
const tag = 'assist'
export const JUDGED_LIMIT = 8 * 1024 * 1024
/** Fewer cases than this are no distribution. */
export const FEW_CASES = 10

const months = z.number().min(0).max(600)
export const SimilarItem = z.object({
  key: z.string(),
  /** 裁判文书号. */
  no: z.string(),
  court: z.string().nullable(),
  judgedOn: z.iso.date().nullable(),
  /** 公开裁判文书, 本院案件. */
  source: z.string(),
  /** The office's own case; null for published judgments. */
  caseNo: z.string().nullable(),
  months: months.nullable(),
  sentence: z.string(),
  score: z.number(),
  /** 0–1 each: circumstances and words. */
  circumstanceScore: z.number(),
  textScore: z.number().nullable(),
  matched: z.array(z.string()),
  /** Only here, only there. */
  onlyAsked: z.array(z.string()),
  onlyFound: z.array(z.string()),
  /** Words that weigh most in common. */
  words: z.array(z.string()),
  excerpt: z.string(),
  near: z.boolean(),
  decided: Decided.nullable(),
})
export type SimilarItem = z.infer<typeof SimilarItem>
export const Spread = z.object({
  n: z.int(),
  p10: months.nullable(),
  p25: months.nullable(),
  median: months.nullable(),
  p75: months.nullable(),
  p90: months.nullable(),
})
export type Spread = z.infer<typeof Spread>
export const SimilarAnswer = z.object({
  asked: z.object({
    charge: z.string(),
    circumstances: z.array(z.object({ name: z.string(), places: z.array(Place) })),
    /** Whose words were compared. */
    textFrom: z.string(),
  }),
  items: z.array(SimilarItem),
  /** Months, over those that are near. */
  spread: Spread,
  warnings: z.array(z.string()),
  /** Over which cases, in words. */
  scope: z.string(),
})
export type SimilarAnswer = z.infer<typeof SimilarAnswer>

export const similarRoutes = {
  find: route({
    id: 'findSimilarCases',
    method: 'POST',
    path: '/assist/cases/{case}/similar',
    tag,
    permission: 'assist.case',
    summary: '类案参考：罪名筛选，再比情节与文字，说明为何相似，并给出刑期分布',
    params: z.object({ case: z.string().max(64) }),
    body: z.object({
      /** Left out: the cause of the case. */
      charge: z.string().trim().max(100).optional(),
      /** Left out: those that the reading's files name. */
      circumstances: z.array(z.string().max(60)).max(40).optional(),
      /** Left out: the words of the files. */
      text: z.string().max(50_000).optional(),
      /** Own proposal in months, held against P10–P90. */
      proposal: months.nullable().default(null),
      limit: z.int().min(1).max(100).default(20),
    }),
    answer: SimilarAnswer,
  }),
  import: route({
    id: 'importJudgedCases',
    method: 'POST',
    path: '/assist/judged-imports',
    tag,
    permission: 'assist.corpus',
    summary: '导入已判案件（CSV、XLSX，原始字节）；dryRun=true 只检查；同一裁判文书号不重复',
    query: z.object({ name: z.string().trim().min(1).max(200), dryRun: z.enum(['true', 'false']).default('false') }),
    consumes: 'raw',
    maxBytes: JUDGED_LIMIT,
    answer: z.object({
      rows: z.int(),
      created: z.int(),
      known: z.int(),
      rejected: z.array(z.object({ row: z.int(), reason: z.string() })),
      columns: z.array(z.object({ name: z.string(), column: z.string().nullable() })),
      warnings: z.array(z.string()),
    }),
  }),
  corpus: route({
    id: 'judgedCorpus',
    method: 'GET',
    path: '/assist/judged',
    tag,
    permission: 'assist.corpus',
    summary: '类案库按罪名的件数',
    answer: z.object({
      total: z.int(),
      charges: z.array(
        z.object({ charge: z.string(), count: z.int(), published: z.int(), newest: z.iso.date().nullable() }),
      ),
    }),
  }),
}
