import { officeDate } from '../../config/zone.ts'
import { petitionRoutes } from '../../contract/http/petitions.ts'
import { type BoundRoute, bind } from '../feature.ts'
import { Refusal } from '../refusal.ts'
import { type PetitionDeps, personOf } from './context.ts'
import { FIELDS, readPetitions } from './import-rules.ts'
import { checkNew, register } from './register.ts'
import { knownExternal } from './repository.ts'

/** 信访 2.0 by file: checked row by row, registered in one turn, nothing twice. */
export function importRoute(deps: PetitionDeps): BoundRoute {
  return bind(petitionRoutes.import, async ({ query, body, person, now }) => {
    const me = personOf(deps, person)
    const table = await deps.readTable(body as unknown as Buffer).catch((error: Error) => {
      throw new Refusal('unprocessable', error.message)
    })
    const read = readPetitions(table.rows, deps.config.petitions, deps.config.site)
    if (!read.ok) throw new Refusal('unprocessable', read.why)
    const today = officeDate(now)
    const rejected = [...read.rejected]
    const good = read.rows.filter(({ row, matter }) => {
      const problem = checkNew(deps, matter, today)
      if (problem) rejected.push({ row, reason: problem })
      return problem === null
    })
    const dry = query.dryRun === 'true'
    const { created, known } = await deps.records.write(async (turn) => {
      const numbers = good.flatMap(({ matter }) => matter.externalNo ?? [])
      const old = await knownExternal(turn.tx, numbers)
      const fresh = good.filter(({ matter }) => matter.externalNo === null || !old.has(matter.externalNo))
      if (!dry)
        await register(
          deps,
          turn,
          fresh.map(({ matter }) => matter),
          me,
        )
      return { created: fresh.length, known: good.length - fresh.length }
    })
    return {
      rows: read.rows.length + read.rejected.length,
      created,
      known,
      rejected: rejected.sort((a, b) => a.row - b.row).slice(0, 1000),
      columns: FIELDS.map(({ field, name }) => ({ field, name, column: read.columns.get(field) ?? null })),
      warnings: table.warnings,
    }
  })
}
