import { z } from 'zod'
import { Decided, Place } from './assist-reading.ts'
import { route } from './route.ts'

/** 文书初稿: drafted from a template; every filled field says where its value stands, empty ones stay empty. */
const tag = 'assist'
const permission = 'assist.case'

export const FieldSource = z.object({
  kind: z.enum(['case', 'office', 'reading', 'decision', 'calendar', 'person']),
  /** 案件登记·受理日期 */
  label: z.string(),
  /** Id of the record: of the case, the reading's statement, the person who typed it. */
  record: z.string(),
  /** Where it stands in a file, for those that come from a reading. */
  places: z.array(Place),
})
export type FieldSource = z.infer<typeof FieldSource>
export const DraftField = z.object({
  name: z.string(),
  value: z.string().nullable(),
  source: FieldSource.nullable(),
  /** Why it stays empty, where something speaks against filling it. */
  why: z.string().nullable(),
})
export type DraftField = z.infer<typeof DraftField>
export const DraftPiece = z.object({ text: z.string(), field: z.string().nullable() })
export const DraftLine = z.object({ style: z.enum(['title', 'heading', 'right', 'body']), pieces: z.array(DraftPiece) })
export type DraftLine = z.infer<typeof DraftLine>
export const DraftItem = z.object({
  id: z.string(),
  template: z.string(),
  name: z.string(),
  version: z.int(),
  by: z.string(),
  at: z.int(),
  filled: z.int(),
  empty: z.int(),
})
export type DraftItem = z.infer<typeof DraftItem>
export const Draft = DraftItem.extend({
  templateVersion: z.string(),
  legalBasis: z.string(),
  /** Newest of the draft; an older one can be read, not changed. */
  latest: z.int(),
  fields: z.array(DraftField),
  lines: z.array(DraftLine),
  versions: z.array(z.object({ version: z.int(), by: z.string(), at: z.int(), empty: z.int() })),
  decided: Decided.nullable(),
})
export type Draft = z.infer<typeof Draft>
const ofDraft = z.object({ case: z.string().max(64), id: z.string().max(64) })
const Version = z.object({ version: z.coerce.number().int().min(1).optional() })

export const draftRoutes = {
  templates: route({
    id: 'listDraftTemplates',
    method: 'GET',
    path: '/assist/templates',
    tag,
    permission,
    summary: '文书模板（config/templates）',
    answer: z.object({
      items: z.array(
        z.object({
          id: z.string(),
          name: z.string(),
          version: z.string(),
          legalBasis: z.string(),
          fields: z.int(),
          automatic: z.int(),
        }),
      ),
    }),
  }),
  list: route({
    id: 'listDrafts',
    method: 'GET',
    path: '/assist/cases/{case}/drafts',
    tag,
    permission,
    summary: '一件案件的文书初稿',
    params: z.object({ case: z.string().max(64) }),
    answer: z.object({ items: z.array(DraftItem) }),
  }),
  create: route({
    id: 'createDraft',
    method: 'POST',
    path: '/assist/cases/{case}/drafts',
    tag,
    permission,
    summary: '按模板起草：能取得的栏目填入并注明出处，其余留空待填',
    params: z.object({ case: z.string().max(64) }),
    body: z.object({ template: z.string().max(64) }),
    answer: Draft,
    status: 201,
  }),
  get: route({
    id: 'getDraft',
    method: 'GET',
    path: '/assist/cases/{case}/drafts/{id}',
    tag,
    permission,
    summary: '一份初稿，默认最新版',
    params: ofDraft,
    query: Version,
    answer: Draft,
  }),
  change: route({
    id: 'changeDraft',
    method: 'PUT',
    path: '/assist/cases/{case}/drafts/{id}',
    tag,
    permission,
    summary: '填写或修改栏目，存为新的一版；`refresh` 重新从案件和阅卷取值，人工填写的保留',
    params: ofDraft,
    body: z.object({
      /** The version that was looked at: somebody else's newer one is not overwritten. */
      version: z.int().min(1),
      /** Empty text takes a value away. */
      values: z.record(z.string().max(40), z.string().max(20_000)).default({}),
      refresh: z.boolean().default(false),
    }),
    answer: Draft,
  }),
  file: route({
    id: 'draftFile',
    method: 'GET',
    path: '/assist/cases/{case}/drafts/{id}/file',
    tag,
    permission,
    summary: '初稿的 .docx，与屏幕所见相同',
    params: ofDraft,
    query: Version,
    produces: 'file',
  }),
}
