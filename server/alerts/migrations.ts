import type { Migration } from '../feature.ts'

export const alertMigrations: readonly Migration[] = [
  {
    id: 'alerts/001-alerts',
    async up(db) {
      await db.schema
        .createTable('alert')
        .addColumn('id', 'varchar(32)', (c) => c.primaryKey())
        .addColumn('ord', 'bigint', (c) => c.notNull().unique())
        .addColumn('kind', 'varchar(10)', (c) => c.notNull())
        .addColumn('version', 'integer', (c) => c.notNull())
        .addColumn('cause', 'text', (c) => c.notNull())
        .addColumn('rule', 'varchar(100)', (c) => c.notNull())
        .addColumn('rule_version', 'varchar(60)', (c) => c.notNull())
        .addColumn('severity', 'varchar(10)', (c) => c.notNull())
        .addColumn('state', 'varchar(30)', (c) => c.notNull())
        .addColumn('step', 'varchar(20)', (c) => c.notNull())
        .addColumn('domain', 'varchar(10)', (c) => c.notNull())
        .addColumn('object', 'text')
        .addColumn('title', 'text', (c) => c.notNull())
        .addColumn('why', 'text', (c) => c.notNull())
        .addColumn('next', 'text')
        .addColumn('facts', 'text', (c) => c.notNull())
        .addColumn('count', 'integer', (c) => c.notNull())
        .addColumn('first_at', 'bigint', (c) => c.notNull())
        .addColumn('last_at', 'bigint', (c) => c.notNull())
        .addColumn('clearable', 'integer', (c) => c.notNull())
        .addColumn('demo', 'integer', (c) => c.notNull())
        .addColumn('returned_at', 'bigint')
        .addColumn('owner', 'text')
        .addColumn('unack_since', 'bigint', (c) => c.notNull())
        .addColumn('rung', 'integer', (c) => c.notNull())
        .addColumn('escalates_at', 'bigint')
        .addColumn('escalated_to', 'text')
        .addColumn('escalated_at', 'bigint')
        .addColumn('acked_at', 'bigint')
        .addColumn('ack_reason', 'text')
        .addColumn('resolved_at', 'bigint')
        .addColumn('disposal', 'text')
        .addColumn('closed_at', 'bigint')
        .addColumn('normal_at', 'bigint')
        .addColumn('silenced_until', 'bigint')
        .addColumn('created_at', 'bigint', (c) => c.notNull())
        .execute()
      // One card per cause: the database itself refuses a second one that is not closed.
      await db.schema
        .createIndex('alert_open_cause')
        .unique()
        .on('alert')
        .column('cause')
        .where('step' as never, '<>', 'closed' as never)
        .execute()
      await db.schema.createIndex('alert_cause').on('alert').columns(['cause', 'step', 'state']).execute()
      await db.schema.createIndex('alert_state').on('alert').columns(['state', 'rule', 'last_at']).execute()
      await db.schema.createIndex('alert_step').on('alert').columns(['step', 'ord']).execute()
      await db.schema.createIndex('alert_due').on('alert').column('escalates_at').execute()
      await db.schema.createIndex('alert_silenced').on('alert').column('silenced_until').execute()
      await db.schema.createIndex('alert_object').on('alert').columns(['object', 'first_at']).execute()
      await db.schema.createIndex('alert_created').on('alert').column('created_at').execute()
      await db.schema.createIndex('alert_closed').on('alert').column('closed_at').execute()
    },
  },
  {
    id: 'alerts/002-history',
    async up(db) {
      await db.schema
        .createTable('alert_history')
        .addColumn('alert_id', 'varchar(32)', (c) => c.notNull())
        .addColumn('version', 'integer', (c) => c.notNull())
        .addColumn('at', 'bigint', (c) => c.notNull())
        .addColumn('happened_at', 'bigint', (c) => c.notNull())
        .addColumn('reason', 'varchar(20)', (c) => c.notNull())
        .addColumn('text', 'text', (c) => c.notNull())
        .addColumn('post', 'text')
        .addColumn('username', 'text')
        .addColumn('state', 'varchar(30)', (c) => c.notNull())
        .addColumn('step', 'varchar(20)', (c) => c.notNull())
        .addColumn('severity', 'varchar(10)', (c) => c.notNull())
        .addColumn('count', 'integer', (c) => c.notNull())
        .addColumn('event_id', 'varchar(64)')
        .addPrimaryKeyConstraint('alert_history_pk', ['alert_id', 'version'])
        .execute()
      await db.schema
        .createTable('alert_evidence')
        .addColumn('event_id', 'varchar(64)', (c) => c.notNull())
        .addColumn('alert_id', 'varchar(32)', (c) => c.notNull())
        .addColumn('cause', 'text', (c) => c.notNull())
        .addColumn('type', 'varchar(64)')
        .addColumn('observed_ms', 'bigint', (c) => c.notNull())
        .addColumn('sha256', 'varchar(64)')
        .addColumn('excerpt', 'text')
        .addPrimaryKeyConstraint('alert_evidence_pk', ['event_id', 'cause', 'alert_id'])
        .execute()
      await db.schema
        .createIndex('alert_evidence_alert')
        .on('alert_evidence')
        .columns(['alert_id', 'observed_ms'])
        .execute()
    },
  },
  {
    id: 'alerts/003-around',
    async up(db) {
      await db.schema
        .createTable('alert_silence')
        .addColumn('id', 'varchar(64)', (c) => c.primaryKey())
        .addColumn('cause', 'text')
        .addColumn('rule', 'varchar(100)')
        .addColumn('object', 'text')
        .addColumn('reason', 'text', (c) => c.notNull())
        .addColumn('until_ms', 'bigint', (c) => c.notNull())
        .addColumn('created_at', 'bigint', (c) => c.notNull())
        .addColumn('post', 'text', (c) => c.notNull())
        .addColumn('username', 'text', (c) => c.notNull())
        .addColumn('ended_at', 'bigint')
        .execute()
      await db.schema
        .createTable('alert_number')
        .addColumn('day', 'varchar(8)', (c) => c.primaryKey())
        .addColumn('last', 'integer', (c) => c.notNull())
        .execute()
      await db.schema
        .createTable('alert_birth')
        .addColumn('rule', 'varchar(100)', (c) => c.notNull())
        .addColumn('at', 'bigint', (c) => c.notNull())
        .addColumn('births', 'integer', (c) => c.notNull())
        .execute()
      await db.schema.createIndex('alert_birth_rule').on('alert_birth').columns(['rule', 'at']).execute()
      await db.schema
        .createTable('alert_occurrence')
        .addColumn('cause', 'text', (c) => c.notNull())
        .addColumn('at', 'bigint', (c) => c.notNull())
        .addColumn('event_id', 'varchar(64)', (c) => c.notNull())
        .addColumn('sha256', 'varchar(64)')
        .addColumn('excerpt', 'text')
        .addPrimaryKeyConstraint('alert_occurrence_pk', ['cause', 'event_id'])
        .execute()
      await db.schema.createIndex('alert_occurrence_at').on('alert_occurrence').column('at').execute()
      await db.schema
        .createTable('alert_figure')
        .addColumn('rule', 'varchar(100)', (c) => c.primaryKey())
        .addColumn('since', 'bigint')
        .addColumn('raised', 'integer', (c) => c.notNull())
        .addColumn('value', 'double precision')
        .execute()
      await db.schema
        .createTable('alert_painted')
        .addColumn('alert_id', 'varchar(32)', (c) => c.notNull())
        .addColumn('screen', 'varchar(100)', (c) => c.notNull())
        .addColumn('at', 'bigint', (c) => c.notNull())
        .addColumn('received_at', 'bigint', (c) => c.notNull())
        .addPrimaryKeyConstraint('alert_painted_pk', ['alert_id', 'screen'])
        .execute()
    },
  },
]
