import { officeTime } from '../../config/zone.ts'
import type { DutyPanel } from '../../contract/panels/security.ts'
import type { SecurityDeps } from './context.ts'

/** Posts of the current shift, never persons. */
export async function dutyPanel(deps: SecurityDeps, now: number): Promise<DutyPanel> {
  const { posts, shifts } = deps.config.site
  const time = officeTime(now).toPlainTime().toString({ smallestUnit: 'minute' })
  const shift = shifts.find(({ from, to }) => (from < to ? time >= from && time < to : time >= from || time < to))
  const alerts = await deps.openAlerts()
  const open = alerts.filter(({ state }) => state !== 'normal')
  return {
    freshness: { source: '值守表', at: now, staleAfterS: 3600, state: 'ok' },
    shift: shift ? `${shift.name} ${shift.from}–${shift.to}` : '未排班',
    posts: posts
      .filter((post) => !post.shift || !shift || post.shift === shift.name)
      .slice(0, 8)
      .map((post) => ({
        post: post.name,
        place: post.place,
        phone: post.phone,
        state: open.some(({ owner }) => owner === post.name) ? '处置中' : '在岗',
      })),
    nextHandover: shift?.to ?? '–',
    openAlerts: open.length,
  }
}
