import type { Config } from '../../config/load.ts'
import { officeTime } from '../../config/zone.ts'
import { TASK_KINDS, TaskItem, taskRoutes } from '../../contract/http/tasks.ts'
import { bind, type Feature, type Principal, type Records, type TaskDesk, type TaskMover } from '../feature.ts'
import { Refusal } from '../refusal.ts'
import { type TaskQuery, taskExporter } from './export.ts'
import {
  countOpen,
  dropTasks,
  findTask,
  finishTask,
  insertTasks,
  listTasks,
  moveTasks,
  type StoredTask,
} from './repository.ts'
import { mayDo, maySee, type Viewer } from './rules.ts'
import { taskMigrations } from './tables.ts'

export interface TasksDeps {
  config: Config
  records: Records
  newId(): string
}

/** 我的待办: the desks' task list, and the port by which other features fill it. */
export function tasksFeature(deps: TasksDeps): Feature & { desk: TaskDesk & TaskMover } {
  return {
    name: 'tasks',
    migrations: taskMigrations,
    desk: {
      open: (turn, specs) => insertTasks(turn.tx, specs, { now: turn.now, newId: deps.newId }),
      readdress: (turn, moves) => moveTasks(turn.tx, moves),
      close: (turn, keys, why) => dropTasks(turn.tx, keys, { at: turn.now, note: why }),
    },
    exports: [taskExporter((query, person, now) => taskPage(deps, query, person, now))],
    routes: [
      bind(taskRoutes.list, async ({ query, person, now }) => {
        const [page, open] = await Promise.all([
          taskPage(deps, query, person, now),
          countOpen(deps.records.read, viewerOf(deps, person)),
        ])
        return { ...page, open }
      }),
      bind(taskRoutes.done, async ({ params, body, person, now }) => {
        const who = viewerOf(deps, person)
        const task = await deps.records.write(async (turn) => {
          const found = await findTask(turn.tx, params.id)
          // A stranger's task answers like one that does not exist.
          if (!found || !maySee(found, who)) throw new Refusal('not-found', '没有这项待办，或无权查看')
          if (!mayDo(found, who)) throw new Refusal('forbidden', '这项待办不是交给您的')
          const done = { at: turn.now, by: person.username, note: body.note }
          // A second click by the same hand answers with what the first one did.
          if (!(await finishTask(turn.tx, found.id, done)) && found.done_by !== done.by)
            throw new Refusal('conflict', found.state === 'dropped' ? '事由已消除，不必再办' : '这项待办已由他人办毕')
          return (await findTask(turn.tx, found.id)) ?? found
        })
        return present(deps, task, who, now)
      }),
    ],
  }
}

/** A page of the list: what the route answers and what the file is made of. */
async function taskPage(deps: TasksDeps, query: TaskQuery, person: Principal, now: number) {
  const who = viewerOf(deps, person)
  const { state, kind, caseId, mine, limit } = query
  const after = cursorOf(query.cursor)
  const tasks = await listTasks(deps.records.read, { who, mine, state, kind, caseId, after, limit })
  const last = tasks.length === limit ? tasks.at(-1) : undefined
  return {
    items: tasks.map((task) => present(deps, task, who, now)),
    cursor: last ? `${last.sort}~${last.id}` : null,
  }
}

function cursorOf(cursor: string | undefined): { sort: string; id: string } | null {
  if (!cursor) return null
  const [sort = '', id = ''] = cursor.split('~')
  return { sort, id }
}

function viewerOf({ config }: TasksDeps, who: Principal): Viewer {
  const known = config.site.people.find(({ id, account }) => id === who.id || account === who.username)
  return {
    person: known?.id ?? null,
    department: known?.department ?? null,
    roles: who.roles,
    sees: who.permissions.has('tasks.read')
      ? 'all'
      : who.permissions.has('tasks.read-department')
        ? 'department'
        : 'own',
  }
}

/** Names each field that may leave. */
function present({ config }: TasksDeps, task: StoredTask, who: Viewer, now: number): TaskItem {
  const today = officeTime(now).toPlainDate()
  const { kind, urgency, severity, state } = TaskItem.pick({
    kind: true,
    urgency: true,
    severity: true,
    state: true,
  }).parse(task)
  const { site, permissions } = config
  return {
    id: task.id,
    kind,
    kindName: TASK_KINDS[kind],
    title: task.title,
    why: task.why,
    urgency,
    severity,
    due: task.due,
    daysLeft: task.due === null ? null : today.until(Temporal.PlainDate.from(task.due), { largestUnit: 'days' }).days,
    link: task.link,
    caseId: task.case_id,
    addressee:
      site.people.find(({ id }) => id === task.person)?.name ??
      site.departments.find(({ id }) => id === task.department)?.name ??
      permissions.roles[task.role ?? '']?.name ??
      '',
    state,
    openedAt: Number(task.opened_ms),
    closedAt: task.closed_ms === null ? null : Number(task.closed_ms),
    doneBy: site.people.find(({ account }) => account && account === task.done_by)?.name ?? task.done_by,
    note: task.note,
    mayDo: state === 'open' && mayDo(task, who),
  }
}
