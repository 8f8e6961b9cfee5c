import type { Migration } from '../../feature.ts'

export type SubscriptionTables = {
  subscription: {
    id: string
    /** Username; `person` is the same one in site.yaml, to whom tasks go. */
    owner: string
    person: string
    title: string
    topic: string
    /** JSON of the condition. */
    terms: string
    purpose: string
    basis: string
    expires: string
    state: string
    created_ms: number
    /** Place in the topic's feed: nothing up to there is delivered; moves on when the subscription is taken up again. */
    since_place: number
    ended_ms: number | null
    ended_why: string | null
  }
  /** How far each feed has been delivered. */
  sharing_mark: { feed: string; place: number }
  sharing_hit: {
    id: string
    subscription: string
    delivery: string
    owner: string
    topic: string
    thing: string
    source: string
    title: string
    link: string | null
    at_ms: number
    hit_ms: number
    clue: string
    level: string
    clue_why: string
    clue_next: string
    /** JSON of what was met. */
    met: string
    state: string
    /** Role that is asked. */
    asked: string | null
    reason: string | null
    decided_ms: number | null
  }
  sharing_step: { hit: string; seq: number; at_ms: number; by: string; what: string; text: string }
}

export const subscriptionMigrations: readonly Migration[] = [
  {
    id: 'sharing/001-subscriptions',
    async up({ schema }) {
      await schema
        .createTable('subscription')
        .addColumn('id', 'varchar(64)', (c) => c.primaryKey())
        .addColumn('owner', 'varchar(64)', (c) => c.notNull())
        .addColumn('person', 'varchar(64)', (c) => c.notNull())
        .addColumn('title', 'varchar(200)', (c) => c.notNull())
        .addColumn('topic', 'varchar(16)', (c) => c.notNull())
        .addColumn('terms', 'text', (c) => c.notNull())
        .addColumn('purpose', 'text', (c) => c.notNull())
        .addColumn('basis', 'text', (c) => c.notNull())
        .addColumn('expires', 'varchar(10)', (c) => c.notNull())
        .addColumn('state', 'varchar(16)', (c) => c.notNull())
        .addColumn('created_ms', 'bigint', (c) => c.notNull())
        .addColumn('since_place', 'bigint', (c) => c.notNull())
        .addColumn('ended_ms', 'bigint')
        .addColumn('ended_why', 'text')
        .execute()
      await schema.createIndex('subscription_state').on('subscription').columns(['state', 'topic']).execute()
      await schema.createIndex('subscription_owner').on('subscription').columns(['owner', 'created_ms']).execute()
      await schema
        .createTable('sharing_mark')
        .addColumn('feed', 'varchar(16)', (c) => c.primaryKey())
        .addColumn('place', 'bigint', (c) => c.notNull())
        .execute()
      await schema
        .createTable('sharing_hit')
        .addColumn('id', 'varchar(64)', (c) => c.primaryKey())
        .addColumn('subscription', 'varchar(64)', (c) => c.notNull())
        .addColumn('delivery', 'varchar(200)', (c) => c.notNull())
        .addColumn('owner', 'varchar(64)', (c) => c.notNull())
        .addColumn('topic', 'varchar(16)', (c) => c.notNull())
        .addColumn('thing', 'varchar(200)', (c) => c.notNull())
        .addColumn('source', 'varchar(200)', (c) => c.notNull())
        .addColumn('title', 'text', (c) => c.notNull())
        .addColumn('link', 'text')
        .addColumn('at_ms', 'bigint', (c) => c.notNull())
        .addColumn('hit_ms', 'bigint', (c) => c.notNull())
        .addColumn('clue', 'varchar(100)', (c) => c.notNull())
        .addColumn('level', 'varchar(16)', (c) => c.notNull())
        .addColumn('clue_why', 'text', (c) => c.notNull())
        .addColumn('clue_next', 'text', (c) => c.notNull())
        .addColumn('met', 'text', (c) => c.notNull())
        .addColumn('state', 'varchar(16)', (c) => c.notNull())
        .addColumn('asked', 'varchar(40)')
        .addColumn('reason', 'varchar(16)')
        .addColumn('decided_ms', 'bigint')
        .execute()
      // The database itself refuses a second delivery.
      await schema
        .createIndex('sharing_hit_once')
        .unique()
        .on('sharing_hit')
        .columns(['subscription', 'delivery'])
        .execute()
      await schema.createIndex('sharing_hit_owner').on('sharing_hit').columns(['owner', 'hit_ms', 'id']).execute()
      await schema.createIndex('sharing_hit_asked').on('sharing_hit').columns(['asked', 'hit_ms', 'id']).execute()
      await schema.createIndex('sharing_hit_time').on('sharing_hit').columns(['hit_ms']).execute()
      await schema
        .createTable('sharing_step')
        .addColumn('hit', 'varchar(64)', (c) => c.notNull())
        .addColumn('seq', 'integer', (c) => c.notNull())
        .addColumn('at_ms', 'bigint', (c) => c.notNull())
        .addColumn('by', 'varchar(64)', (c) => c.notNull())
        .addColumn('what', 'varchar(32)', (c) => c.notNull())
        .addColumn('text', 'text', (c) => c.notNull())
        .addPrimaryKeyConstraint('sharing_step_key', ['hit', 'seq'])
        .execute()
    },
  },
]
