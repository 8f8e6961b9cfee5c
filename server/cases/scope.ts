import type { Config } from '../../config/load.ts'
import type { Principal } from '../feature.ts'
import type { CaseScope } from './list.ts'
import type { CaseRecord } from './rules.ts'

/** Which cases a person may see: all, those of the own department, or own ones; without a number, none. */
export function scopeOf({ config }: { config: Config }, person: Principal): CaseScope {
  if (person.permissions.has('cases.read')) return {}
  const known = config.site.people.find(({ id, account }) => id === person.id || account === person.username)
  const own = { handlerNo: known?.employeeNo ?? '' }
  if (!person.permissions.has('cases.read-department')) return own
  const department = config.site.departments.find(({ id }) => id === known?.department)?.name
  return department ? { department } : own
}

export const inScope = (scope: CaseScope, record: CaseRecord): boolean =>
  (scope.handlerNo === undefined || record.handlerNo === scope.handlerNo) &&
  (scope.department === undefined || record.department === scope.department)

export const scopeWords = ({ handlerNo, department }: CaseScope): string =>
  handlerNo !== undefined ? '本人承办的案件' : department !== undefined ? `${department}的案件` : '全院案件'
