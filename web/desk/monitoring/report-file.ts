import { onScopeDispose, ref } from 'vue'
import { exportRoutes } from '../../../contract/http/exports.ts'
import { address, call } from '../api.ts'

const EVERY_MS = 700

/** The report as a file: begins the export, waits for it, takes it. */
export function useReportFile() {
  const busy = ref(false)
  const problem = ref('')
  let stopped = false
  onScopeDispose(() => {
    stopped = true
  })
  async function save(month: string): Promise<void> {
    if (busy.value) return
    busy.value = true
    problem.value = ''
    try {
      let job = await call(exportRoutes.start, { body: { kind: 'monitoring-report', filters: { month } } })
      while (job.state === 'running' && !stopped) {
        await new Promise((resolve) => setTimeout(resolve, EVERY_MS))
        job = await call(exportRoutes.get, { params: { id: job.id } })
      }
      if (stopped) return
      if (job.state !== 'ready') throw new Error(job.problem ?? '导出没有完成，请重试')
      const link = document.createElement('a')
      link.href = address(exportRoutes.file.path, { id: job.id }, {})
      link.download = job.filename
      link.click()
    } catch (error) {
      problem.value = error instanceof Error ? error.message : String(error)
    } finally {
      busy.value = false
    }
  }
  return { busy, problem, save }
}
