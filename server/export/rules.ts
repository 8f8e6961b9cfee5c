import type { ExportJob } from '../../contract/http/exports.ts'

/** Pure rules of an export: how many at once, how long, how it is called. Rights are asked for elsewhere. */

export const LIMITS = {
  /** A longer list is cut, and the file says so. */
  rows: 200_000,
  /** Under way for one person and for all: the wall and the alerts must not wait for spreadsheets. */
  perPerson: 2,
  inAll: 4,
  /** Finished ones that one person keeps; the oldest goes first. */
  kept: 20,
  /** How long a file can be fetched. */
  keepMs: 60 * 60_000,
} as const

export type StartRefusal = 'own-limit' | 'house-limit'

/** May one more start? */
export function judgeStart(
  running: readonly { owner: string }[],
  owner: string,
): { refused: StartRefusal } | undefined {
  if (running.filter((job) => job.owner === owner).length >= LIMITS.perPerson) return { refused: 'own-limit' }
  return running.length >= LIMITS.inAll ? { refused: 'house-limit' } : undefined
}

export const REFUSAL_WORDS: Record<StartRefusal, string> = {
  'own-limit': `您已有 ${LIMITS.perPerson} 项导出正在进行，请等其完成或先取消`,
  'house-limit': `全院已有 ${LIMITS.inAll} 项导出正在进行，请稍后再试`,
}

export type Outcome = Pick<ExportJob, 'state' | 'problem'>

/** What became of a job: a cancel is nobody's fault, everything else is said without inner details. */
export const outcomeOf = (cancelled: boolean): Outcome =>
  cancelled
    ? { state: 'cancelled', problem: null }
    : { state: 'failed', problem: '导出没有完成，已记录；请缩小条件后重试，仍不成请联系信息技术岗' }

/** What a restart makes of a job: its file, half or whole, went with the process. */
export function afterRestart(told: ExportJob, now: number): ExportJob {
  if (told.state === 'running')
    return { ...told, state: 'interrupted', finishedAt: now, problem: '服务重启，导出已中断，请重新导出' }
  if (told.state === 'ready') return { ...told, state: 'interrupted', problem: '服务重启，文件已删除，请重新导出' }
  return told
}

/** `案件列表-20261124-0930.xlsx`; `at` is local: `2026-11-24T09:30`. */
export const fileName = (title: string, at: string): string =>
  `${title.replaceAll(/[\\/:*?"<>|\s]/g, '')}-${at.slice(0, 16).replaceAll(/[-:]/g, '').replace('T', '-')}.xlsx`
