import type { Check } from './check.ts'
import { clusterCheck } from './cluster.ts'
import { calendarCheck, configCheck } from './config.ts'
import { certificateCheck, clockCheck, diskCheck, runtimeCheck, secretsCheck } from './machine.ts'
import { brokerCheck, metricsCheck, portCheck, recordsCheck } from './services.ts'

import { healthCheck } from './upkeep.ts'

export type { Check, Finding, Place } from './check.ts'

/** In the order in which a person would look. */
export const CHECKS: readonly Check[] = [
  runtimeCheck,
  configCheck,
  calendarCheck,
  clockCheck,
  diskCheck,
  secretsCheck,
  portCheck,
  brokerCheck,
  recordsCheck,
  metricsCheck,
  clusterCheck,
  certificateCheck,
  healthCheck,
]
