import type { Migration } from '../feature.ts'
import { draftMigrations } from './drafting/tables.ts'
import { exhibitMigrations } from './exhibits/tables.ts'
import { readingMigrations } from './reading/tables.ts'
import { similarMigrations } from './similar/tables.ts'

/** In the order of their making. */
export const assistMigrations: readonly Migration[] = [
  ...readingMigrations,
  ...draftMigrations,
  ...similarMigrations,
  ...exhibitMigrations,
]
