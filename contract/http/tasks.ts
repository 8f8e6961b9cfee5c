import { z } from 'zod'
import { Severity } from '../severity.ts'
import { PageQuery, page, route } from './route.ts'

/** 我的待办: what the house asks a person, a department or a role to do. */

/** Order of the list: 超期羁押 before everything, then persons in custody, then the rest. */
export const URGENCIES = { 'over-detention': '超期羁押', custody: '在押', ordinary: '一般' } as const
export type Urgency = keyof typeof URGENCIES
export const Urgency = z.enum(['over-detention', 'custody', 'ordinary'])

/** Which feature asks; the words are those of the list's filter. */
export const TASK_KINDS = {
  deadline: '期限预警',
  'flow-monitoring': '流程监控',
  assignment: '分案',
  review: '质量检查与评查',
  petition: '信访',
  disclosure: '文书公开',
  mediation: '在线调解',
  window: '12309 窗口',
  security: '安全',
  duty: '值守与演练',
  sharing: '数据订阅',
  meeting: '会议',
} as const
export type TaskKind = keyof typeof TASK_KINDS
export const TaskKind = z.enum(Object.keys(TASK_KINDS) as [TaskKind, ...TaskKind[]])

export const TASK_STATES = ['open', 'done', 'dropped'] as const
export const TaskState = z.enum(TASK_STATES)
export type TaskState = z.infer<typeof TaskState>

export const TaskItem = z.object({
  id: z.string(),
  kind: TaskKind,
  kindName: z.string(),
  title: z.string(),
  why: z.string(),
  urgency: Urgency,
  severity: Severity,
  /** `YYYY-MM-DD`, legal or set by the office; null = no day. */
  due: z.iso.date().nullable(),
  /** 0 = today, negative = past. */
  daysLeft: z.int().nullable(),
  /** Page below /desk, e.g. `/cases/c12`; null = none. */
  link: z.string().nullable(),
  caseId: z.string().nullable(),
  /** To whom it is addressed, for people: a name, a department or a role. */
  addressee: z.string(),
  state: TaskState,
  openedAt: z.int(),
  closedAt: z.int().nullable(),
  /** Who has done it; null = nobody yet, or its cause has gone. */
  doneBy: z.string().nullable(),
  note: z.string().nullable(),
  /** The caller may tick it off. */
  mayDo: z.boolean(),
})
export type TaskItem = z.infer<typeof TaskItem>

/** Conditions of the list and of its export. */
export const TaskFilters = z.object({
  state: TaskState.default('open'),
  kind: TaskKind.optional(),
  caseId: z.string().max(64).optional(),
  /** Only what is addressed to the caller, also where more may be seen. */
  mine: z.stringbool().default(false),
})
export type TaskFilters = z.output<typeof TaskFilters>

export const taskRoutes = {
  list: route({
    id: 'listTasks',
    method: 'GET',
    path: '/tasks',
    summary: '待办：本人的、本部门的或全部的，视权限而定；超期羁押在前，在押次之，再按日期',
    tag: 'tasks',
    permission: 'tasks.read-own',
    query: PageQuery.extend(TaskFilters.shape),
    answer: page(TaskItem).extend({
      /** Open ones that the caller may see, whatever the filter. */
      open: z.int(),
    }),
  }),
  done: route({
    id: 'finishTask',
    method: 'POST',
    path: '/tasks/{id}/done',
    summary: '办毕一项待办，写明如何办的；只有待办的对象本人（或其部门负责人、所属岗位）可以办毕',
    tag: 'tasks',
    permission: 'tasks.read-own',
    params: z.object({ id: z.string().max(64) }),
    body: z.strictObject({ note: z.string().trim().min(2, '请写明办理情况，至少 2 个字').max(500) }),
    answer: TaskItem,
  }),
}
