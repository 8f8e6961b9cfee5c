import { test } from 'vitest'
import { LIMIT_MS, playShortForm } from './short-form.ts'

test(
  'Mosquitto, influxd and PostgreSQL: whatever goes wrong, nothing is lost, doubled or fired twice',
  () => playShortForm('real', 5),
  LIMIT_MS,
)
