import type { Feature } from '../feature.ts'
import type { MonitoringDeps } from './context.ts'
import { escalationTick } from './escalation.ts'
import { changedHandler } from './events.ts'
import { reportExporter } from './export.ts'
import { findingExporter } from './export-findings.ts'
import { monitoringFigures, openCounts } from './figures.ts'
import { reportRoutes } from './reports.ts'
import { readingRoutes } from './routes.ts'
import { openSweep } from './sweep.ts'
import { monitoringMigrations } from './tables.ts'
import { workingRoutes } from './working-routes.ts'

export type { MonitoringDeps } from './context.ts'

/** 案件流程监控: checks that explain themselves, reminder → verbal → written notice → head → deputy chief, monthly report. */
export function monitoringFeature(
  deps: MonitoringDeps,
): Feature & { counts(now: number): Promise<{ open: number; overdue: number }> } {
  const sweep = openSweep(deps)
  return {
    name: 'monitoring',
    counts: (now) => openCounts(deps, now),
    migrations: monitoringMigrations,
    handlers: [changedHandler(deps, sweep.mark)],
    routes: [...readingRoutes(deps), ...workingRoutes(deps), ...reportRoutes(deps)],
    figures: [monitoringFigures(deps)],
    exports: [reportExporter(deps), findingExporter(deps)],
    ticks: [sweep.tick, escalationTick(deps)],
  }
}
