import { test } from 'vitest'
import { LIMIT_MS, playShortForm } from './short-form.ts'

test(
  'several servers: whichever of them dies or stands still, nothing is lost, doubled, drawn or fired twice',
  () => playShortForm('cluster', 7),
  LIMIT_MS,
)
