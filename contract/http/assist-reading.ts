import { z } from 'zod'
import { PageQuery, page, route } from './route.ts'

/** 快速阅卷: files of a case, and what a reading of them found. Everything stands at its place; nothing is decided. */
const tag = 'assist'
export const FILE_LIMIT = 16 * 1024 * 1024
export const FILES_LIMIT = 60

/** Where something stands in a file: half-open, in UTF-16 units of the file's text. */
export const Place = z.object({
  file: z.string(),
  start: z.int(),
  end: z.int(),
  /** 1-based. */
  paragraph: z.int(),
  /** 1-based; null where the format has no pages. */
  page: z.int().nullable(),
  quote: z.string(),
})
export type Place = z.infer<typeof Place>

export const ContradictionKind = z.enum(['time', 'place', 'amount', 'manner'])
export type ContradictionKind = z.infer<typeof ContradictionKind>
export const CONTRADICTION_NAMES: Readonly<Record<ContradictionKind, string>> = {
  time: '时间',
  place: '地点',
  amount: '数额',
  manner: '方式',
}

/** What was decided about a suggestion: its last word. */
export const Verdict = z.enum(['adopted', 'rejected', 'amended'])
export type Verdict = z.infer<typeof Verdict>
export const VERDICT_NAMES: Readonly<Record<Verdict, string>> = {
  adopted: '采用',
  rejected: '不采用',
  amended: '修改后采用',
}
export const Decided = z.object({ verdict: Verdict, note: z.string(), by: z.string(), at: z.int() })
export type Decided = z.infer<typeof Decided>

export const OutlineEntry = z.object({
  key: z.string(),
  title: z.string(),
  kind: z.enum(['interrogation', 'inquiry', 'other']),
  speaker: z.string().nullable(),
  role: z.string().nullable(),
  /** Day of the record, `YYYY-MM-DD`. */
  day: z.string().nullable(),
  questions: z.int(),
  place: Place,
})
export type OutlineEntry = z.infer<typeof OutlineEntry>
export const TimelineEntry = z.object({
  key: z.string(),
  /** `YYYY-MM-DD`, `YYYY-MM`, `YYYY`; null = cannot be reckoned. */
  day: z.string().nullable(),
  minutes: z.int().nullable(),
  /** How it was reckoned; null = it stands there in full. */
  derived: z.string().nullable(),
  words: z.string(),
  persons: z.array(z.string()),
  /** Whose record says it. */
  speaker: z.string().nullable(),
  place: Place,
  /** Where the day stands from which it was reckoned. */
  base: Place.nullable(),
})
export type TimelineEntry = z.infer<typeof TimelineEntry>
export const Cell = z.object({ statement: z.string(), value: z.string(), place: Place })
export const FactRow = z.object({
  key: z.string(),
  kind: ContradictionKind,
  topic: z.string(),
  cells: z.array(Cell),
})
export type FactRow = z.infer<typeof FactRow>
export const Side = z.object({ value: z.string(), said: z.array(z.object({ statement: z.string(), place: Place })) })
export const Contradiction = z.object({
  key: z.string(),
  kind: ContradictionKind,
  /** Rule by which it was found, for people. */
  rule: z.string(),
  topic: z.string(),
  why: z.string(),
  /** Of one person's own records. */
  sameSpeaker: z.boolean(),
  sides: z.array(Side),
})
export type Contradiction = z.infer<typeof Contradiction>
export const Statement = z.object({
  id: z.string(),
  speaker: z.string(),
  role: z.string().nullable(),
  title: z.string(),
  day: z.string().nullable(),
  place: Place,
})
export const ReadingPerson = z.object({
  name: z.string(),
  role: z.string().nullable(),
  statements: z.int(),
  mentions: z.int(),
  place: Place,
})
export const ReadingResult = z.object({
  outline: z.array(OutlineEntry),
  timeline: z.array(TimelineEntry),
  persons: z.array(ReadingPerson),
  statements: z.array(Statement),
  facts: z.array(FactRow),
  contradictions: z.array(Contradiction),
  /** What could not be read or was cut short, for people. */
  warnings: z.array(z.string()),
})
export type ReadingResult = z.infer<typeof ReadingResult>

export const FileItem = z.object({
  id: z.string(),
  name: z.string(),
  format: z.enum(['docx', 'pdf', 'txt']),
  size: z.int(),
  hash: z.string(),
  by: z.string(),
  at: z.int(),
  /** Null until a reading has opened it. */
  characters: z.int().nullable(),
  pages: z.int().nullable(),
  scanned: z.int(),
  warnings: z.array(z.string()),
})
export type FileItem = z.infer<typeof FileItem>
export const FileText = z.object({
  id: z.string(),
  name: z.string(),
  text: z.string(),
  paragraphs: z.array(z.object({ start: z.int(), end: z.int(), page: z.int().nullable() })),
})
export type FileText = z.infer<typeof FileText>
export const ReadingState = z.enum(['running', 'done', 'failed', 'cancelled'])
export const ReadingJob = z.object({
  id: z.string(),
  state: ReadingState,
  /** 0–1. */
  progress: z.number(),
  step: z.string(),
  problem: z.string().nullable(),
  files: z.array(z.string()),
  by: z.string(),
  startedAt: z.int(),
  finishedAt: z.int().nullable(),
})
export type ReadingJob = z.infer<typeof ReadingJob>
export const CaseReading = z.object({
  caseId: z.string(),
  caseNo: z.string(),
  cause: z.string().nullable(),
  demo: z.boolean(),
  files: z.array(FileItem),
  job: ReadingJob.nullable(),
  result: ReadingResult.nullable(),
  /** By `key` of the suggestion. */
  decisions: z.record(z.string(), Decided),
  ocr: z.object({ present: z.boolean(), words: z.string() }),
})
export type CaseReading = z.infer<typeof CaseReading>

export const SuggestionKind = z.enum(['contradiction', 'timeline', 'fact', 'outline', 'draft', 'similar', 'exhibit'])
export type SuggestionKind = z.infer<typeof SuggestionKind>
export const SUGGESTION_NAMES: Readonly<Record<SuggestionKind, string>> = {
  contradiction: '矛盾点',
  timeline: '时间线',
  fact: '事实比对',
  outline: '目录',
  draft: '文书初稿',
  similar: '类案参考',
  exhibit: '举证清单',
}
const ofCase = z.object({ case: z.string().max(64) })
const ofFile = z.object({ case: z.string().max(64), file: z.string().max(64) })
const permission = 'assist.case'

export const readingRoutes = {
  cases: route({
    id: 'listAssistedCases',
    method: 'GET',
    path: '/assist/cases',
    tag,
    permission,
    summary: '可以使用辅助办案的案件：只列本人有权打开的',
    query: PageQuery.extend({ q: z.string().max(100).optional() }),
    answer: page(
      z.object({
        id: z.string(),
        caseNo: z.string(),
        type: z.string(),
        cause: z.string().nullable(),
        files: z.int(),
        readAt: z.int().nullable(),
      }),
    ),
  }),
  get: route({
    id: 'getCaseReading',
    method: 'GET',
    path: '/assist/cases/{case}/reading',
    tag,
    permission,
    summary: '案件的卷宗文件、最近一次阅卷的进度与结果',
    params: ofCase,
    answer: CaseReading,
  }),
  upload: route({
    id: 'uploadCaseFile',
    method: 'POST',
    path: '/assist/cases/{case}/files',
    tag,
    permission,
    summary: '上传卷宗文件（docx、pdf、txt）',
    params: ofCase,
    query: z.object({ name: z.string().trim().min(1).max(200) }),
    consumes: 'raw',
    maxBytes: FILE_LIMIT,
    answer: FileItem,
  }),
  remove: route({
    id: 'removeCaseFile',
    method: 'DELETE',
    path: '/assist/cases/{case}/files/{file}',
    tag,
    permission,
    summary: '移除一份卷宗文件；已有的阅卷结果一并作废',
    params: ofFile,
    answer: z.object({ removed: z.boolean() }),
  }),
  text: route({
    id: 'caseFileText',
    method: 'GET',
    path: '/assist/cases/{case}/files/{file}/text',
    tag,
    permission,
    summary: '一份卷宗文件的文字与分段（阅卷打开过的）',
    params: ofFile,
    answer: FileText,
  }),
  start: route({
    id: 'startReading',
    method: 'POST',
    path: '/assist/cases/{case}/readings',
    tag,
    permission,
    summary: '开始阅卷：目录、时间线、人物与事实、矛盾点',
    params: ofCase,
    body: z.object({ files: z.array(z.string().max(64)).max(FILES_LIMIT).optional() }),
    answer: ReadingJob,
    status: 202,
  }),
  cancel: route({
    id: 'cancelReading',
    method: 'POST',
    path: '/assist/cases/{case}/readings/{id}/cancel',
    tag,
    permission,
    summary: '取消阅卷',
    params: z.object({ case: z.string().max(64), id: z.string().max(64) }),
    answer: ReadingJob,
  }),
  decide: route({
    id: 'decideSuggestion',
    method: 'POST',
    path: '/assist/cases/{case}/decisions',
    tag,
    permission,
    summary: '对一项建议作出决定：采用、不采用、修改后采用',
    params: ofCase,
    body: z
      .object({
        kind: SuggestionKind,
        key: z.string().min(1).max(128),
        verdict: Verdict,
        note: z.string().trim().max(2000).default(''),
      })
      .refine(({ verdict, note }) => verdict !== 'amended' || note.length >= 2, {
        path: ['note'],
        message: '修改后采用的，请写明改成什么',
      }),
    answer: Decided,
  }),
}
