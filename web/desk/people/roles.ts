/** Role ids are fixed by the outer contract; an office's own roles are shown by their id. */
export const ROLES = [
  ['security-officer', '安全员'],
  ['case-management', '案件管理'],
  ['prosecutor', '检察官'],
  ['department-head', '部门负责人'],
  ['deputy-chief', '副检察长'],
  ['chief', '检察长'],
  ['inspection', '检务督察'],
  ['auditor', '安全审计员'],
  ['system-admin', '系统管理员'],
  ['security-admin', '安全保密管理员'],
] as const

export const roleName = (id: string): string => ROLES.find(([known]) => known === id)?.[1] ?? id
