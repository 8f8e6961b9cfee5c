import type { Config } from '../../config/load.ts'
import type { WorkCalendar } from '../../config/workdays.ts'
import type { AlertDesk, Records, TaskDesk, TaskMover } from '../feature.ts'

/** What the clocks of cases need; alerts and tasks are handed in by main.ts. */
export interface ClockDeps {
  config: Config
  records: Records
  calendar: WorkCalendar
  alerts: AlertDesk
  tasks: TaskDesk & TaskMover
  newId(): string
}
