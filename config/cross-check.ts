import type { ConfigIssue, Located } from './load.ts'
import type { MonitoringRules } from './monitoring.ts'
import type { AlertRules, DeadlineRules, FlowRules, Site, Sources } from './schema.ts'

/** What one file says of another: references that lead nowhere, names used twice. */
export function crossCheck(files: {
  site: Located<Site>
  sources: Located<Sources>
  alerts: Located<AlertRules>
  profiles: ReadonlySet<string | undefined>
}): ConfigIssue[] {
  const { site, sources, alerts, profiles } = files
  const issues: ConfigIssue[] = []
  const complain = (where: Located<unknown>, path: PropertyKey[], message: string) =>
    issues.push({ file: where.file, line: where.lineOf(path), path: path.join('.'), message })
  const unique = (where: Located<unknown>, base: PropertyKey[], ids: string[]) => {
    const seen = new Set<string>()
    ids.forEach((one, at) => {
      if (seen.has(one)) complain(where, [...base, at], `“${one}” 重复`)
      seen.add(one)
    })
  }
  const { departments, people, doors, areas, floors, posts, patrol, terminals } = site.value
  const departmentIds = new Set(departments.map(({ id }) => id))
  const personIds = new Set(people.map(({ id }) => id))
  const postIds = new Set(posts.map(({ id }) => id))
  const floorNames = new Set(floors.map(({ name }) => name))
  const areaNames = new Set(areas)
  const sourceIds = new Set(sources.value.sources.map(({ id }) => id))
  const pointIds = new Set(patrol.points.map(({ id }) => id))
  unique(
    site,
    ['people'],
    people.map(({ id }) => id),
  )
  unique(
    site,
    ['doors'],
    doors.map(({ id }) => id),
  )
  unique(
    site,
    ['terminals'],
    terminals.map(({ host }) => host),
  )
  unique(
    sources,
    ['sources'],
    sources.value.sources.map(({ id }) => id),
  )
  unique(
    alerts,
    ['rules'],
    alerts.value.rules.map(({ id }) => id),
  )
  people.forEach(({ department }, at) => {
    if (!departmentIds.has(department)) complain(site, ['people', at, 'department'], `没有部门 “${department}”`)
  })
  terminals.forEach(({ department, owner }, at) => {
    if (department && !departmentIds.has(department))
      complain(site, ['terminals', at, 'department'], `没有部门 “${department}”`)
    if (owner && !personIds.has(owner)) complain(site, ['terminals', at, 'owner'], `没有人员 “${owner}”`)
  })
  doors.forEach((door, at) => {
    if (!areaNames.has(door.area)) complain(site, ['doors', at, 'area'], `没有区域 “${door.area}”`)
    if (!floorNames.has(door.floor)) complain(site, ['doors', at, 'floor'], `没有楼层 “${door.floor}”`)
    if (!sourceIds.has(door.source)) complain(site, ['doors', at, 'source'], `sources.yaml 没有来源 “${door.source}”`)
  })
  patrol.routes.forEach((route, at) => {
    route.points.forEach((point, n) => {
      if (!pointIds.has(point)) complain(site, ['patrol', 'routes', at, 'points', n], `没有点位 “${point}”`)
    })
  })
  sources.value.sources.forEach(({ profile }, at) => {
    if (!profiles.has(profile)) complain(sources, ['sources', at, 'profile'], `profiles/ 下没有方言 “${profile}”`)
  })
  for (const [severity, ladder] of Object.entries(alerts.value.escalation)) {
    ladder.forEach(({ post }, at) => {
      if (!postIds.has(post)) complain(alerts, ['escalation', severity, at, 'post'], `site.yaml 没有岗位 “${post}”`)
    })
  }
  alerts.value.rules.forEach((rule, at) => {
    if (rule.post && !postIds.has(rule.post))
      complain(alerts, ['rules', at, 'post'], `site.yaml 没有岗位 “${rule.post}”`)
    if ((rule.kind === 'event' || rule.kind === 'count') && rule.on.length === 0)
      complain(alerts, ['rules', at], '缺少 on：哪些事件触发')
    if (rule.kind === 'count' && (!rule.threshold || !rule.withinS))
      complain(alerts, ['rules', at], 'count 规则须写 threshold 与 withinS')
    if (rule.kind === 'figure' && (!rule.figure || rule.above === undefined))
      complain(alerts, ['rules', at], 'figure 规则须写 figure 与 above')
  })
  return issues
}

/** Flow monitoring names a rule of the deadlines and kinds of case; each rule of the deadlines its band of colours. */
export function crossCheckMonitoring(files: {
  monitoring: Located<MonitoringRules>
  deadlines: Located<DeadlineRules>
  flow: Located<FlowRules>
}): ConfigIssue[] {
  const { monitoring, deadlines, flow } = files
  const { replyRule, sequences, checks } = monitoring.value
  const kinds = new Set(flow.value.types.map(({ kind }) => kind))
  const issues: ConfigIssue[] = []
  const complain = (path: PropertyKey[], message: string) =>
    issues.push({ file: monitoring.file, line: monitoring.lineOf(path), path: path.join('.'), message })
  deadlines.value.rules.forEach(({ band }, at) => {
    const path = ['rules', at, 'band']
    if (!flow.value.bands.some(({ name }) => name === band))
      issues.push({
        file: deadlines.file,
        line: deadlines.lineOf(path),
        path: path.join('.'),
        message: `flow.yaml 没有颜色分档 “${band}”`,
      })
  })
  if (!deadlines.value.rules.some(({ id }) => id === replyRule))
    complain(['replyRule'], `deadlines.yaml 没有规则 “${replyRule}”`)
  for (const kind of Object.keys(sequences))
    if (!kinds.has(kind)) complain(['sequences', kind], `flow.yaml 没有案件类别 “${kind}”`)
  checks.forEach((check, at) => {
    check.kinds.forEach((kind, n) => {
      if (!kinds.has(kind)) complain(['checks', at, 'kinds', n], `flow.yaml 没有案件类别 “${kind}”`)
    })
  })
  return issues
}
