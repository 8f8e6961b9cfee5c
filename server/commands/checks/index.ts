import type { Check } from './check.ts'
import { clockCheck } from './clock.ts'
import { clusterCheck } from './cluster.ts'
import { calendarCheck, configCheck } from './config.ts'
import { diskCheck, rightsCheck } from './folders.ts'
import { certificateCheck, runtimeCheck } from './machine.ts'
import { directoryCheck, scannerCheck } from './optional.ts'
import { schemaCheck } from './schema.ts'
import { secretsCheck } from './secrets.ts'
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
  rightsCheck,
  secretsCheck,
  portCheck,
  brokerCheck,
  recordsCheck,
  schemaCheck,
  metricsCheck,
  directoryCheck,
  scannerCheck,
  clusterCheck,
  certificateCheck,
  healthCheck,
]
