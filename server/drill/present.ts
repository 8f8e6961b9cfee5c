import { DRILL_ENDS, type DrillEnd, type DrillItem, DrillState } from '../../contract/http/drill.ts'
import { Severity } from '../../contract/severity.ts'
import type { DrillRow, Progress } from './repository.ts'
import { type Course, hopsOf, totalOf, type WallCourse, wallOf } from './rules.ts'

export const progressOf = (row: DrillRow): Progress => ({
  course: JSON.parse(row.course) as Course,
  walls: JSON.parse(row.walls) as WallCourse[],
  desks: row.desks,
})

/** @param live what has happened since the row was last saved, while it runs */
export function presentDrill(row: DrillRow, live?: Progress): DrillItem {
  const { course, walls, desks } = live ?? progressOf(row)
  const state = DrillState.parse(row.state)
  const number = (value: number | null) => (value === null ? null : Number(value))
  return {
    id: row.id,
    scene: row.scene,
    title: row.title,
    purpose: row.purpose,
    severity: Severity.parse(row.severity),
    state,
    startedBy: row.started_by,
    startedAt: Number(row.started_ms),
    endsAt: Number(row.ends_ms),
    endedAt: number(row.ended_ms),
    end: row.end_reason === null ? null : (DRILL_ENDS[row.end_reason as DrillEnd] ?? row.end_reason),
    ackedAt: number(row.acked_ms),
    ackedBy: row.acked_by,
    hops: hopsOf(course, walls),
    totalMs: totalOf(course, walls),
    receiptAt: course.receipt,
    walls: walls.map((one) => wallOf(course, one, state === 'running')),
    desks,
  }
}
