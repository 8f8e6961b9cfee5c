import type { InfluxDB } from 'influx'
import type { InfluxSettings } from './client.ts'

/** InfluxDB writes 90 days as `2160h0m0s`. */
const written = (days: number): string => `${Math.round(days * 24)}h0m0s`

/** Database and retention policies as services.yaml wants them; what is already right is left alone. */
export async function bootstrap(client: InfluxDB, { database, retention }: InfluxSettings): Promise<void> {
  await client.createDatabase(database)
  const present = await client.showRetentionPolicies(database)
  const wanted = [
    { name: 'raw', days: retention.rawDays, isDefault: true },
    { name: 'events', days: retention.eventsDays, isDefault: false },
    { name: 'hour', days: retention.hourDays, isDefault: false },
  ]
  for (const { name, days, isDefault } of wanted) {
    const known = present.find((policy) => policy.name === name)
    // Shards follow the duration: a day up to six months, else seven days.
    const options = { database, duration: `${Math.round(days * 24)}h`, replication: 1, isDefault }
    if (!known) await client.createRetentionPolicy(name, options)
    else if (known.duration !== written(days) || known.default !== isDefault)
      await client.alterRetentionPolicy(name, options)
  }
}
