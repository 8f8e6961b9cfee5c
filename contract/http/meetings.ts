import { z } from 'zod'
import { Brief } from '../brief/brief.ts'
import { PastSpan } from '../past.ts'
import { PageQuery, page, route } from './route.ts'

/** Briefs of an instant of the wall. Times are epoch ms; `at` left out = now. */
const Instant = z.coerce.number().int().min(0)

export const BRIEF_FORMATS = { docx: 'Word', pdf: 'PDF', xlsx: 'Excel' } as const
export type BriefFormat = keyof typeof BRIEF_FORMATS
export const BriefFormat = z.enum(Object.keys(BRIEF_FORMATS) as [BriefFormat, ...BriefFormat[]])

export const briefRoutes = {
  brief: route({
    id: 'readBrief',
    method: 'GET',
    path: '/wall/brief',
    summary: '某一时刻的大屏简报：与当时屏幕逐项相同的数字；缺省为现在',
    tag: 'meetings',
    permission: 'meetings.read',
    query: z.object({ at: Instant.optional() }),
    answer: Brief,
  }),
  file: route({
    id: 'fileBrief',
    method: 'GET',
    path: '/wall/brief/file',
    summary: '简报文件（.docx、.pdf、.xlsx），印有时点；数字与屏幕逐项相同',
    tag: 'meetings',
    permission: 'meetings.read',
    query: z.object({ at: Instant.optional(), format: BriefFormat }),
    produces: 'file',
  }),
  spans: route({
    id: 'listWallSpans',
    method: 'GET',
    path: '/wall/spans',
    summary: '大屏历史有记录的时段：只有这些时段可以定格与回放',
    tag: 'meetings',
    permission: 'meetings.read',
    query: z.object({ from: Instant, to: Instant }),
    answer: z.object({ items: z.array(PastSpan) }),
  }),
}

/** Meetings: agenda from saved views, minutes, commitments that come back at the next meeting. */
export const MEETING_STATES = { planned: '筹备', held: '进行中', closed: '已结束' } as const
export type MeetingState = keyof typeof MEETING_STATES
export const MeetingState = z.enum(Object.keys(MEETING_STATES) as [MeetingState, ...MeetingState[]])

/** A page of ours with its conditions in the address. */
export const ViewPath = z
  .string()
  .trim()
  .max(500)
  .regex(/^\/(wall|desk)([/?][^\s#]*)?$/, '请填写本系统的页面地址，以 /wall 或 /desk 开头')

export const SavedView = z.object({
  id: z.string(),
  title: z.string(),
  path: ViewPath,
  by: z.string(),
  at: z.int(),
})
export type SavedView = z.infer<typeof SavedView>

export const MeetingItem = z.object({
  id: z.string(),
  title: z.string(),
  /** Null = a point without a picture. */
  view: ViewPath.nullable(),
  /** For the speaker's desk only; never on the wall. */
  notes: z.string(),
  minutes: z.string(),
})
export type MeetingItem = z.infer<typeof MeetingItem>

export const COMPARISONS = { le: '不高于', ge: '不低于', eq: '等于' } as const
export type Comparison = keyof typeof COMPARISONS
export const Comparison = z.enum(Object.keys(COMPARISONS) as [Comparison, ...Comparison[]])

/** What the data say of a commitment at a meeting; before its day nothing is final. */
export const VERDICTS = {
  met: '已达成',
  'not-met': '未达成',
  'on-track': '目前达标，未到期',
  running: '未到期',
  unknown: '数据不可用，无法判定',
} as const
export type VerdictWord = keyof typeof VERDICTS
export const VerdictWord = z.enum(Object.keys(VERDICTS) as [VerdictWord, ...VerdictWord[]])
export const Verdict = z.object({
  at: z.int(),
  meetingId: z.string(),
  result: VerdictWord,
  /** As the data had it then; null = unknown. */
  value: z.number().nullable(),
})
export type Verdict = z.infer<typeof Verdict>

export const COMMITMENT_STATES = { open: '待落实', met: '已达成', withdrawn: '已撤回' } as const
export const Commitment = z.object({
  id: z.string(),
  meetingId: z.string(),
  meetingTitle: z.string(),
  /** A department or post of site.yaml, never a person. */
  owner: z.string(),
  ownerName: z.string(),
  what: z.string(),
  /** Of the figure catalogue (GET /figures). */
  figure: z.string(),
  figureTitle: z.string(),
  unit: z.string(),
  comparison: Comparison,
  target: z.number(),
  due: z.iso.date(),
  /** When it was made; null = unknown then. */
  baseline: z.number().nullable(),
  state: z.enum(['open', 'met', 'withdrawn']),
  /** Oldest first; nothing is ever changed or taken away. */
  verdicts: z.array(Verdict),
  madeAt: z.int(),
  /** Why it was withdrawn. */
  reason: z.string().nullable(),
})
export type Commitment = z.infer<typeof Commitment>

export const MeetingRow = z.object({
  id: z.string(),
  title: z.string(),
  day: z.iso.date(),
  place: z.string(),
  state: MeetingState,
  /** The instant of the wall that the meeting looks at; null until it is opened. */
  at: z.int().nullable(),
  items: z.int(),
  commitments: z.int(),
})
export type MeetingRow = z.infer<typeof MeetingRow>

export const Meeting = MeetingRow.omit({ items: true, commitments: true }).extend({
  items: z.array(MeetingItem),
  commitments: z.array(Commitment),
  /** Open ones of earlier meetings, and those that were settled at this one. */
  carried: z.array(Commitment),
  /** Append only, oldest first. */
  history: z.array(z.object({ at: z.int(), by: z.string(), text: z.string() })),
  mayWrite: z.boolean(),
})
export type Meeting = z.infer<typeof Meeting>

const Id = z.object({ id: z.string().max(64) })
const ItemId = Id.extend({ item: z.string().max(64) })
const Title = z.string().trim().min(2, '请写明名称，至少 2 个字').max(100)
const Text = z.string().max(4000)
const NewItem = z.strictObject({
  title: Title,
  view: ViewPath.nullable().default(null),
  notes: Text.default(''),
})

export const meetingRoutes = {
  list: route({
    id: 'listMeetings',
    method: 'GET',
    path: '/meetings',
    summary: '会议：新的在前',
    tag: 'meetings',
    permission: 'meetings.read',
    query: PageQuery.extend({ state: MeetingState.optional() }),
    answer: page(MeetingRow).extend({ owners: z.array(z.object({ id: z.string(), name: z.string() })) }),
  }),
  one: route({
    id: 'readMeeting',
    method: 'GET',
    path: '/meetings/{id}',
    summary: '一次会议：议程、记录、议定事项，以及上次会议以来待落实事项的判定',
    tag: 'meetings',
    permission: 'meetings.read',
    params: Id,
    answer: Meeting,
  }),
  create: route({
    id: 'createMeeting',
    method: 'POST',
    path: '/meetings',
    summary: '筹备一次会议',
    tag: 'meetings',
    permission: 'meetings.write',
    body: z.strictObject({
      title: Title,
      day: z.iso.date(),
      place: z.string().trim().max(60).default(''),
      items: z.array(NewItem).max(50).default([]),
    }),
    answer: Meeting,
  }),
  addItem: route({
    id: 'addMeetingItem',
    method: 'POST',
    path: '/meetings/{id}/items',
    summary: '加一项议程，可带一个已存视图',
    tag: 'meetings',
    permission: 'meetings.write',
    params: Id,
    body: NewItem,
    answer: Meeting,
  }),
  changeItem: route({
    id: 'changeMeetingItem',
    method: 'PUT',
    path: '/meetings/{id}/items/{item}',
    summary: '修改议程、讲稿或记录；位置从 0 起',
    tag: 'meetings',
    permission: 'meetings.write',
    params: ItemId,
    body: z.strictObject({
      title: Title.optional(),
      view: ViewPath.nullable().optional(),
      notes: Text.optional(),
      minutes: Text.optional(),
      position: z.int().min(0).max(100).optional(),
    }),
    answer: Meeting,
  }),
  dropItem: route({
    id: 'dropMeetingItem',
    method: 'DELETE',
    path: '/meetings/{id}/items/{item}',
    summary: '删去一项议程（仅筹备中）',
    tag: 'meetings',
    permission: 'meetings.write',
    params: ItemId,
    answer: Meeting,
  }),
  open: route({
    id: 'openMeeting',
    method: 'POST',
    path: '/meetings/{id}/open',
    summary: '开会：定下大屏时点，并按数据判定此前的待落实事项',
    tag: 'meetings',
    permission: 'meetings.write',
    params: Id,
    answer: Meeting,
  }),
  close: route({
    id: 'closeMeeting',
    method: 'POST',
    path: '/meetings/{id}/close',
    summary: '散会：此后议程、记录不可再改',
    tag: 'meetings',
    permission: 'meetings.write',
    params: Id,
    answer: Meeting,
  }),
  commit: route({
    id: 'makeCommitment',
    method: 'POST',
    path: '/meetings/{id}/commitments',
    summary: '记下议定事项：谁、哪项指标、目标、期限；以后各次会议自动按数据判定',
    tag: 'meetings',
    permission: 'meetings.write',
    params: Id,
    body: z.strictObject({
      owner: z.string().max(64),
      what: z.string().trim().min(2, '请写明事项，至少 2 个字').max(300),
      figure: z.string().max(128),
      comparison: Comparison,
      target: z.number(),
      due: z.iso.date(),
    }),
    answer: Meeting,
  }),
  withdraw: route({
    id: 'withdrawCommitment',
    method: 'POST',
    path: '/commitments/{id}/withdraw',
    summary: '撤回议定事项，写明理由；记录保留',
    tag: 'meetings',
    permission: 'meetings.write',
    params: Id,
    body: z.strictObject({ reason: z.string().trim().min(2, '请写明理由，至少 2 个字').max(500) }),
    answer: Commitment,
  }),
  commitments: route({
    id: 'listCommitments',
    method: 'GET',
    path: '/commitments',
    summary: '议定事项及历次判定',
    tag: 'meetings',
    permission: 'meetings.read',
    query: PageQuery.extend({ state: z.enum(['open', 'met', 'withdrawn']).optional() }),
    answer: page(Commitment),
  }),
  file: route({
    id: 'fileMeeting',
    method: 'GET',
    path: '/meetings/{id}/brief',
    summary: '会议简报文件：会议时点的大屏数字，加议程记录与议定事项',
    tag: 'meetings',
    permission: 'meetings.read',
    params: Id,
    query: z.object({ format: BriefFormat }),
    produces: 'file',
  }),
  views: route({
    id: 'listSavedViews',
    method: 'GET',
    path: '/views',
    summary: '已存视图，供议程选用',
    tag: 'meetings',
    permission: 'meetings.read',
    query: PageQuery,
    answer: page(SavedView),
  }),
  saveView: route({
    id: 'saveView',
    method: 'POST',
    path: '/views',
    summary: '存下一个视图：页面地址连同其条件',
    tag: 'meetings',
    permission: 'meetings.write',
    body: z.strictObject({ title: Title, path: ViewPath }),
    answer: SavedView,
  }),
  dropView: route({
    id: 'dropView',
    method: 'DELETE',
    path: '/views/{id}',
    summary: '删去已存视图；已写入议程的不受影响',
    tag: 'meetings',
    permission: 'meetings.write',
    params: Id,
    status: 204,
  }),
}
