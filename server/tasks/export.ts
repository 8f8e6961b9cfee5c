import { TASK_KINDS, TaskFilters, type TaskItem } from '../../contract/http/tasks.ts'
import type { Exporter, Principal } from '../feature.ts'
import { caseNoCell, conditionCell, listExporter, momentCell } from '../list-export.ts'

const STATES = { open: '待办', done: '已办', dropped: '事由已消除' } as const
const URGENCIES = { 'over-detention': '超期羁押', custody: '在押', ordinary: '一般' } as const

export type TaskQuery = TaskFilters & { cursor?: string | undefined; limit: number }
type Page = (
  query: TaskQuery,
  person: Principal,
  now: number,
) => Promise<{ items: readonly TaskItem[]; cursor: string | null }>

/** The task list as a file: what the caller may see, in the order of the list. */
export const taskExporter = (page: Page): Exporter =>
  listExporter({
    kind: 'tasks',
    title: '待办',
    permission: 'tasks.read-own',
    filters: TaskFilters.strict(),
    page: ({ filters, person, now }, from) => page({ ...filters, ...from }, person, now),
    columns: [
      { title: '事项', width: 40, of: ({ title }) => caseNoCell(title) },
      { title: '为什么', width: 48, of: ({ why }) => caseNoCell(why) },
      { title: '类别', width: 14, of: ({ kindName }) => kindName },
      { title: '紧急', width: 10, of: ({ urgency }) => URGENCIES[urgency] },
      { title: '交给', width: 16, of: ({ addressee }) => addressee },
      { title: '期限', width: 12, kind: 'date', of: ({ due }) => due },
      { title: '剩余天数', width: 10, kind: 'number', of: ({ daysLeft }) => daysLeft },
      { title: '状态', width: 12, of: ({ state }) => STATES[state] },
      { title: '产生时间', width: 20, of: ({ openedAt }) => momentCell(openedAt) },
      { title: '了结时间', width: 20, of: ({ closedAt }) => momentCell(closedAt) },
      { title: '办理人', width: 12, of: ({ doneBy }) => doneBy },
      { title: '如何了结', width: 36, of: ({ note }) => note },
    ],
    describe: ({ filters: { state, kind, mine, caseId } }) => [
      {
        label: '条件',
        text: conditionCell([STATES[state], kind && TASK_KINDS[kind], mine && '只看交给本人的', caseId && '一件案件']),
      },
    ],
  })
