import type { Turn } from '../feature.ts'
import type { ClockDeps } from './clock-deps.ts'
import { type CaseRecord, differs } from './rules.ts'

/** Both days stand side by side; that they are not the same is somebody's task. */
export async function tellDifferences(
  { config, tasks }: ClockDeps,
  turn: Turn,
  cases: readonly { record: CaseRecord; before: CaseRecord | undefined }[],
  after: readonly CaseRecord[],
): Promise<void> {
  const key = ({ id, due, exportedDue }: CaseRecord) => `differs:${id}:${due}:${exportedDue}`
  const open = (record: CaseRecord | undefined): record is CaseRecord =>
    record !== undefined && differs(record) && record.closed === null && record.gone === null
  const pairs = after.map((record, at) => ({ record, before: cases[at]?.before ?? cases[at]?.record }))
  const gone = pairs.flatMap(({ record, before }) =>
    open(before) && (!open(record) || key(before) !== key(record)) ? [key(before)] : [],
  )
  if (gone.length > 0) await tasks.close(turn, gone, '期限已一致或已变化')
  const news = pairs.flatMap(({ record }) => (open(record) ? [record] : []))
  if (news.length === 0) return
  await tasks.open(
    turn,
    news.map((record) => ({
      key: key(record),
      kind: 'deadline' as const,
      title: `${record.caseNo} 期限不一致`,
      why: `本系统推算 ${record.due}，业务系统导出 ${record.exportedDue}；请核对延长、退补、中止等事项，在案件页登记`,
      urgency: record.custody ? ('custody' as const) : ('ordinary' as const),
      severity: 'notice' as const,
      due: [record.due, record.exportedDue].sort()[0] ?? null,
      link: `/cases/${record.id}`,
      caseId: record.id,
      person: null,
      department: config.site.departments.find(({ name }) => name === record.department)?.id ?? null,
      role: 'case-management',
    })),
  )
}
