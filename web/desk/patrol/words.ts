import type { PatrolResult } from '../../../contract/panels/security.ts'

export const RESULT_WORDS: Readonly<Record<PatrolResult, string>> = {
  on_time: '按时',
  late: '迟到',
  missed: '漏检',
  open: '进行中',
  planned: '待巡',
  pending_download: '待下载',
}
export const RESULTS: readonly PatrolResult[] = ['missed', 'late', 'pending_download', 'on_time', 'open', 'planned']
