import { z } from 'zod'
import {
  AgreementItem,
  IssueItem,
  MEDIATION_FILE_LIMIT,
  MediationRole,
  MessageItem,
  ProposalItem,
  Stage,
  Strokes,
} from './mediations.ts'
import { route } from './route.ts'

/** 院外当事人的调解页: link and code, then a narrow cookie for one mediation and one party. */
export const MEDIATE_COOKIE = 'sanling_mediate'
/** The cookie goes nowhere else. */
export const MEDIATE_PATH = '/api/v1/public/mediations'

const id = z.string().regex(/^[A-Za-z0-9-]{1,64}$/)
const open = { tag: 'public', permission: 'public' } as const

/** What one party sees of its own mediation. No phone number, no identity document, nobody else's caucus. */
export const MediateView = z.object({
  unit: z.string(),
  demo: z.boolean(),
  id: z.string(),
  title: z.string(),
  kindName: z.string(),
  facts: z.string(),
  stage: Stage,
  me: z.object({
    id: z.string(),
    name: z.string(),
    role: MediationRole,
    consent: z.boolean().nullable(),
    rightsAt: z.int().nullable(),
    challenge: z.enum(['open', 'accepted', 'refused']).nullable(),
    signedAt: z.int().nullable(),
  }),
  people: z.array(
    z.object({
      id: z.string(),
      name: z.string(),
      role: MediationRole,
      consented: z.boolean(),
      rights: z.boolean(),
      signed: z.boolean(),
    }),
  ),
  mediator: z.object({ name: z.string(), org: z.string(), kindName: z.string() }).nullable(),
  session: z
    .object({ at: z.int(), minutes: z.int(), video: z.string().nullable(), place: z.string().nullable() })
    .nullable(),
  rights: z.array(z.string()),
  issues: z.array(IssueItem),
  proposals: z.array(ProposalItem),
  messages: z.array(MessageItem),
  agreement: AgreementItem.nullable(),
  outcome: z.string().nullable(),
  confirmation: z.object({ path: z.string(), due: z.iso.date() }).nullable(),
})
export type MediateView = z.infer<typeof MediateView>

const done = z.object({ ok: z.literal(true) })
const text = (least: number, most: number) => z.string().trim().min(least, '请填写').max(most)
const act = <Body extends z.ZodType>(routeId: string, path: string, summary: string, body: Body) =>
  route({ ...open, id: routeId, method: 'POST', path: `/public/mediations/${path}`, summary, body, answer: done })

export const mediateRoutes = {
  enter: act(
    'enterMediation',
    'enter',
    '用一次性链接和验证码进入；错五次锁定',
    z.object({ link: z.string().min(20).max(100), code: z.string().trim().min(4).max(12) }),
  ),
  room: route({
    ...open,
    id: 'mediationRoom',
    method: 'GET',
    path: '/public/mediations/room',
    summary: '自己这一件调解；没有进入的人得到 401',
    query: z.object({ after: z.coerce.number().int().min(0).default(0) }),
    answer: MediateView,
  }),
  consent: act('consentMediation', 'consent', '确认身份，同意或不同意调解', z.object({ agree: z.boolean() })),
  rights: act(
    'confirmMediationRights',
    'rights',
    '确认已阅读权利告知；是否同意录音录像',
    z.object({ read: z.literal(true), recording: z.boolean() }),
  ),
  challenge: act('challengeMediator', 'challenge', '申请更换调解员', z.object({ reason: text(2, 1000) })),
  say: act(
    'speakInMediation',
    'messages',
    '发言：全体（room）或只对调解员（caucus）',
    z.object({
      channel: z.enum(['room', 'caucus']),
      kind: z.enum(['statement', 'message']),
      text: text(1, 4000),
    }),
  ),
  propose: act('proposeInMediation', 'proposals', '提出方案', z.object({ text: text(4, 2000) })),
  answer: act(
    'answerMediationProposal',
    'answers',
    '对一个方案表示接受或不接受',
    z.object({ proposal: id, answer: z.enum(['accept', 'reject']) }),
  ),
  upload: route({
    ...open,
    id: 'uploadToMediation',
    method: 'POST',
    path: '/public/mediations/files',
    summary: '上传一份材料（原始字节）：PDF、JPEG、PNG 或文本',
    query: z.object({ name: z.string().trim().min(1).max(120), channel: z.enum(['room', 'caucus']) }),
    answer: done,
    consumes: 'raw',
    maxBytes: MEDIATION_FILE_LIMIT,
  }),
  file: route({
    ...open,
    id: 'fileOfMediation',
    method: 'GET',
    path: '/public/mediations/files/{file}',
    summary: '一份材料；只有看得到它的人能取',
    params: z.object({ file: id }),
    produces: 'file',
  }),
  agreement: route({
    ...open,
    id: 'agreementOfMediation',
    method: 'GET',
    path: '/public/mediations/agreement',
    summary: '协议 PDF',
    produces: 'file',
  }),
  sign: route({
    ...open,
    id: 'signMediation',
    method: 'POST',
    path: '/public/mediations/sign',
    summary: '阅读后手写签名；哈希须是所读的那一份',
    body: z.object({ hash: z.string().regex(/^[0-9a-f]{64}$/), read: z.literal(true), strokes: Strokes }),
    answer: done,
    maxBytes: 1024 * 1024,
  }),
  leave: route({
    ...open,
    id: 'leaveMediation',
    method: 'POST',
    path: '/public/mediations/leave',
    summary: '退出本机；再进入须请工作人员重新发放链接',
    body: z.object({}),
    answer: done,
  }),
}
