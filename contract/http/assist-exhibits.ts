import { z } from 'zod'
import { Decided } from './assist-reading.ts'
import { route } from './route.ts'

/** 举证清单: exhibits in groups and in the order of the court, each with what it proves and where it stands. */
const tag = 'assist'
const permission = 'assist.case'

/** 刑事诉讼法 第五十条. */
export const EVIDENCE_KINDS = [
  '物证',
  '书证',
  '证人证言',
  '被害人陈述',
  '犯罪嫌疑人、被告人供述和辩解',
  '鉴定意见',
  '勘验、检查、辨认、侦查实验等笔录',
  '视听资料、电子数据',
] as const
export const EvidenceKind = z.enum(EVIDENCE_KINDS)
export type EvidenceKind = z.infer<typeof EvidenceKind>

export const ExhibitSource = z.object({ file: z.string().max(64), start: z.int().min(0), end: z.int().min(0) })
export const Exhibit = z.object({
  title: z.string().trim().min(1, '请写明证据名称').max(200),
  kind: EvidenceKind,
  /** 证明目的. */
  purpose: z.string().trim().max(2000).default(''),
  /** Null for what is in no file: things, recordings. */
  source: ExhibitSource.nullable().default(null),
})
export type Exhibit = z.infer<typeof Exhibit>
export const ExhibitGroup = z.object({
  name: z.string().trim().min(1, '请写明组名').max(100),
  items: z.array(Exhibit).max(200),
})
export type ExhibitGroup = z.infer<typeof ExhibitGroup>
const Groups = z.array(ExhibitGroup).max(30)

export const ExhibitList = z.object({
  caseId: z.string(),
  caseNo: z.string(),
  cause: z.string().nullable(),
  /** 0 = nothing saved yet. */
  rev: z.int(),
  by: z.string().nullable(),
  at: z.int().nullable(),
  groups: Groups,
  /** From the outline of the last reading; a person takes it or not. */
  suggested: z.object({ key: z.string(), groups: Groups, from: z.string() }).nullable(),
  decided: Decided.nullable(),
  files: z.array(z.object({ id: z.string(), name: z.string() })),
  demo: z.boolean(),
})
export type ExhibitList = z.infer<typeof ExhibitList>

const DIGITS = ['零', '一', '二', '三', '四', '五', '六', '七', '八', '九', '十']
const chinese = (n: number): string =>
  n <= 10
    ? (DIGITS[n] ?? '')
    : n < 20
      ? `十${DIGITS[n - 10]}`
      : `${DIGITS[Math.floor(n / 10)]}十${n % 10 ? DIGITS[n % 10] : ''}`
export interface Numbered extends Exhibit {
  /** 1, 2, 3 … through all groups. */
  no: number
  /** `第一组 到案情况`. */
  group: string
}
/** One way of numbering for the page, the presentation and the file. Empty groups have no number. */
export function numbered(groups: readonly ExhibitGroup[]): Numbered[] {
  let no = 0
  return groups
    .filter(({ items }) => items.length > 0)
    .flatMap(({ name, items }, at) =>
      items.map((item) => ({ ...item, no: ++no, group: `第${chinese(at + 1)}组 ${name}` })),
    )
}

const ofCase = z.object({ case: z.string().max(64) })
export const exhibitRoutes = {
  get: route({
    id: 'getExhibits',
    method: 'GET',
    path: '/assist/cases/{case}/exhibits',
    tag,
    permission,
    summary: '举证清单，以及由阅卷目录排出的建议清单',
    params: ofCase,
    answer: ExhibitList,
  }),
  save: route({
    id: 'saveExhibits',
    method: 'PUT',
    path: '/assist/cases/{case}/exhibits',
    tag,
    permission,
    summary: '保存举证清单（每次存为新的一版）',
    params: ofCase,
    maxBytes: 2 * 1024 * 1024,
    body: z.object({ rev: z.int().min(0), groups: Groups }),
    answer: ExhibitList,
  }),
  file: route({
    id: 'exhibitsFile',
    method: 'GET',
    path: '/assist/cases/{case}/exhibits/file',
    tag,
    permission,
    summary: '举证清单的 .docx，次序与编号同屏幕',
    params: ofCase,
    produces: 'file',
  }),
}
