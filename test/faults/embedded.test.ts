import { test } from 'vitest'
import { LIMIT_MS, playShortForm } from './short-form.ts'

test(
  'everything embedded: whatever goes wrong, nothing is lost, doubled or fired twice',
  () => playShortForm('embedded', 7),
  LIMIT_MS,
)
