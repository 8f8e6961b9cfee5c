import { sql } from 'kysely'
import { describe, expect, test } from 'vitest'
import type { AlertItem } from '../../contract/panels/alerts.ts'
import type { Migration } from '../../server/feature.ts'
import { type Committed, RecordStore, type RecordsOptions } from '../../server/records/store.ts'

type Tables = {
  thing: { id: number; name: string; at: number; body: string | null }
}

export const things: Migration = {
  id: 'test/001-thing',
  up: async (db) => {
    await db.schema
      .createTable('thing')
      .addColumn('id', 'bigint', (column) => column.primaryKey())
      .addColumn('name', 'varchar(100)', (column) => column.notNull())
      .addColumn('at', 'bigint', (column) => column.notNull())
      .addColumn('body', 'text')
      .execute()
  },
}

const NOW = Date.parse('2026-11-24T12:00:00.123+08:00')
const row = (id: number, name = `n${id}`) => ({ id, name, at: NOW, body: null })

function opened(options: RecordsOptions) {
  const committed: Committed[] = []
  const failures: unknown[] = []
  const store = new RecordStore(options, {
    now: () => NOW,
    committed: (change) => committed.push(change),
    failed: (error) => failures.push(error),
  })
  return { store, committed, failures }
}

const names = async (store: RecordStore): Promise<string[]> =>
  (await store.read.withTables<Tables>().selectFrom('thing').select('name').orderBy('id').execute()).map(
    ({ name }) => name,
  )

/** A promise that a test lets go of when it wants. */
function gate() {
  let open: () => void = () => undefined
  const passed = new Promise<void>((resolve) => {
    open = resolve
  })
  return { passed, open }
}

/** The promises of the records store, the same on every database. */
export function recordsContract(name: string, fresh: () => Promise<RecordsOptions>): void {
  const withStore = async (act: (given: ReturnType<typeof opened>, options: RecordsOptions) => Promise<void>) => {
    const options = await fresh()
    const given = opened(options)
    await given.store.migrate([things])
    try {
      await act(given, options)
    } finally {
      await given.store.close()
    }
  }

  describe(`records store: ${name}`, () => {
    test('turns run one after another in the order they were asked for', () =>
      withStore(async ({ store }) => {
        const steps: string[] = []
        const turn = (id: number, ms: number) =>
          store.write(async ({ tx }) => {
            steps.push(`begin ${id}`)
            await new Promise((resolve) => setTimeout(resolve, ms))
            await tx.withTables<Tables>().insertInto('thing').values(row(id)).execute()
            steps.push(`end ${id}`)
            return id
          })
        expect(await Promise.all([turn(1, 30), turn(2, 0), turn(3, 10)])).toEqual([1, 2, 3])
        expect(steps).toEqual(['begin 1', 'end 1', 'begin 2', 'end 2', 'begin 3', 'end 3'])
      }))

    test('a throw rolls the whole turn back, announces nothing, and the next turn goes on', () =>
      withStore(async ({ store, committed }) => {
        const after: string[] = []
        const failing = store.write(async (turn) => {
          await turn.tx.withTables<Tables>().insertInto('thing').values(row(1)).execute()
          turn.touch('alerts')
          turn.afterCommit(() => void after.push('never'))
          throw new Error('rule says no')
        })
        const next = store.write(async ({ tx }) => {
          await tx.withTables<Tables>().insertInto('thing').values(row(2)).execute()
        })
        await expect(failing).rejects.toThrow('rule says no')
        await next
        expect(await names(store)).toEqual(['n2'])
        expect([after, committed]).toEqual([[], []])
      }))

    test('an error of the database itself does the same', () =>
      withStore(async ({ store }) => {
        const twice = store.write(async ({ tx }) => {
          const table = tx.withTables<Tables>()
          await table.insertInto('thing').values(row(1)).execute()
          await table.insertInto('thing').values(row(1)).execute()
        })
        await expect(twice).rejects.toThrow()
        expect(await names(store)).toEqual([])
        await store.write(
          async ({ tx }) => void (await tx.withTables<Tables>().insertInto('thing').values(row(3)).execute()),
        )
        expect(await names(store)).toEqual(['n3'])
      }))

    test('what a turn leaves behind leaves after the commit, in order; a throw there harms nobody', () =>
      withStore(async ({ store, committed, failures }) => {
        const seen: unknown[] = []
        await store.write(async (turn) => {
          await turn.tx.withTables<Tables>().insertInto('thing').values(row(1)).execute()
          turn.afterCommit(async () => void seen.push(await names(store)))
          turn.afterCommit(() => {
            throw new Error('sync')
          })
          turn.afterCommit(() => Promise.reject(new Error('async')))
          turn.afterCommit(() => void seen.push('last'))
          turn.touch('alerts', 'doors')
          turn.touch('alerts')
          turn.announce({ id: 'a', count: 1 } as unknown as AlertItem)
          turn.announce({ id: 'a', count: 2 } as unknown as AlertItem)
          expect([seen, committed]).toEqual([[], []])
        })
        await expect.poll(() => seen).toEqual(['last', ['n1']])
        expect(committed).toEqual([{ touched: new Set(['alerts', 'doors']), announced: [{ id: 'a', count: 2 }] }])
        await expect.poll(() => failures.map(String)).toEqual(['Error: sync', 'Error: async'])
      }))

    test('a turn that touches nothing tells the screens nothing', () =>
      withStore(async ({ store, committed }) => {
        await store.write(async ({ now }) => expect(now).toBe(NOW))
        expect(committed).toEqual([])
      }))

    test('readers see the last commit while a turn runs, and are not held up by it', () =>
      withStore(async ({ store }) => {
        await store.write(
          async ({ tx }) => void (await tx.withTables<Tables>().insertInto('thing').values(row(1)).execute()),
        )
        const { passed, open } = gate()
        const inserted = gate()
        const running = store.write(async ({ tx }) => {
          const table = tx.withTables<Tables>()
          await table.insertInto('thing').values(row(2)).execute()
          await table.updateTable('thing').set({ name: 'changed' }).where('id', '=', 1).execute()
          inserted.open()
          await passed
        })
        await inserted.passed
        expect(await names(store)).toEqual(['n1'])
        open()
        await running
        expect(await names(store)).toEqual(['changed', 'n2'])
      }))

    test('migrations are applied once, in order; one that fails leaves no trace and stops the start', () =>
      withStore(async ({ store }, options) => {
        const ran: string[] = []
        const step = (id: string, fail = false): Migration => ({
          id,
          up: async (db) => {
            ran.push(id)
            await db.schema.createTable(id.replace('/', '_')).addColumn('id', 'bigint').execute()
            if (fail) throw new Error('half way')
          },
        })
        await store.migrate([things, step('x/001')])
        await expect(store.migrate([things, step('x/001'), step('x/002', true), step('x/003')])).rejects.toThrow(
          'half way',
        )
        const second = opened(options)
        await second.store.migrate([things, step('x/001'), step('x/002'), step('x/003')])
        await second.store.close()
        expect(ran).toEqual(['x/001', 'x/002', 'x/002', 'x/003'])
      }))

    test('numbers come back as numbers, text as it was', () =>
      withStore(async ({ store }) => {
        const body = `{"名":"甲 ' \\" \\\\ \u{1F600}"}`
        await store.write(async ({ tx }) => {
          await tx
            .withTables<Tables>()
            .insertInto('thing')
            .values([{ ...row(1), body }, row(2), row(3)])
            .execute()
        })
        const db = store.read.withTables<Tables>()
        expect(await db.selectFrom('thing').selectAll().where('id', '=', 1).executeTakeFirst()).toEqual({
          ...row(1),
          body,
        })
        const totals = await db
          .selectFrom('thing')
          .select(({ fn }) => [
            fn.countAll<number>().as('n'),
            fn.sum<number>('at').as('sum'),
            fn.avg<number>('id').as('avg'),
          ])
          .executeTakeFirst()
        expect(totals).toEqual({ n: 3, sum: NOW * 3, avg: 2 })
      }))

    test('a group commit: one upsert of many rows, one look-up of many ids', () =>
      withStore(async ({ store }) => {
        const ids = Array.from({ length: 500 }, (_, index) => index)
        const save = (name: string, from: number) =>
          store.write(async ({ tx }) => {
            const values = ids.slice(from).map((id) => row(id, name))
            await tx
              .withTables<Tables>()
              .insertInto('thing')
              .values(values)
              .onConflict((conflict) => conflict.column('id').doUpdateSet((eb) => ({ name: eb.ref('excluded.name') })))
              .execute()
          })
        await save('first', 0)
        await save('second', 100)
        const found = await store.read
          .withTables<Tables>()
          .selectFrom('thing')
          .select(['id', 'name'])
          .where('id', 'in', ids)
          .execute()
        expect(found.filter(({ name: each }) => each === 'first')).toHaveLength(100)
        expect(found.filter(({ name: each }) => each === 'second')).toHaveLength(400)
      }))

    test('a hostile value stays a value', () =>
      withStore(async ({ store }) => {
        const hostile = `x'); DROP TABLE thing; --`
        await store.write(
          async ({ tx }) => void (await tx.withTables<Tables>().insertInto('thing').values(row(1, hostile)).execute()),
        )
        const found = await sql<{ name: string }>`select name from thing where name = ${hostile}`.execute(store.read)
        expect(found.rows).toEqual([{ name: hostile }])
      }))

    test('closing waits for the turns that were asked for', async () => {
      const options = await fresh()
      const { store } = opened(options)
      await store.migrate([things])
      const slow = store.write(async ({ tx }) => {
        await new Promise((resolve) => setTimeout(resolve, 50))
        await tx.withTables<Tables>().insertInto('thing').values(row(1)).execute()
      })
      await store.close()
      await slow
      const again = opened(options)
      expect(await names(again.store)).toEqual(['n1'])
      await again.store.close()
    })
  })
}
