import { openOffice } from './office.ts'

/** Child of the benchmark: lets the ladder climb, says how far it is, and ends when nothing is left. */
const [file = '', at = '0'] = process.argv.slice(2)
const office = await openOffice(file, () => Number(at))
type Tables = { case_climb: { next_day: string }; case_step: { told: number } }
const today = Temporal.Instant.fromEpochMilliseconds(Number(at)).toZonedDateTimeISO('Asia/Shanghai').toPlainDate()
const left = async (): Promise<boolean> =>
  (await office.records.read
    .withTables<Tables>()
    .selectFrom('case_climb')
    .select('next_day')
    .where('next_day', '<=', today.toString())
    .limit(1)
    .executeTakeFirst()) !== undefined
process.stdout.write('ready\n')
while (await left()) {
  await office.records.write((turn) => office.ladder.run(turn))
  const { n } = await office.records.read
    .withTables<Tables>()
    .selectFrom('case_step')
    .select((eb) => eb.fn.countAll<number>().as('n'))
    .where('told', '=', 1)
    .executeTakeFirstOrThrow()
  process.stdout.write(`${n}\n`)
}
await office.records.close()
if (office.failures.length > 0) throw office.failures[0]
