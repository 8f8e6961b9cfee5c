import { createHash } from 'node:crypto'
import { officeDate } from '../../config/zone.ts'
import { disclosureRoutes } from '../../contract/http/disclosure.ts'
import { type BoundRoute, bind, type Principal } from '../feature.ts'
import { Refusal } from '../refusal.ts'
import { apart } from './apart.ts'
import { aboutOf, type DisclosureDeps, personOf } from './context.ts'
import { textOf } from './files/flat.ts'
import { DocumentRefused, formatOf } from './files/model.ts'
import { changed, effective, NO_MASKS } from './masks.ts'
import { type Moved, move, publishDue, reload, submit, submittedLate } from './moves.ts'
import { fileOf, presentItem, seen } from './present.ts'
import { redact } from './redact/engine.ts'
import { findCopy, findFile, insertFile, type StoredDisclosure, saveCopy } from './repository.ts'

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

/** Upload, submission and the four steps. Work on files is done before the turn; the turn looks again and decides. */
export function stepRoutes(deps: DisclosureDeps): BoundRoute[] {
  return [...handingIn(deps), ...deciding(deps), ...copying(deps)]
}

const answerOf = (deps: DisclosureDeps, { document, entry }: Moved, person: Principal, now: number) => ({
  document: presentItem(deps, document, person, now),
  entry,
})

function handingIn(deps: DisclosureDeps): BoundRoute[] {
  const { records, config } = deps
  return [
    bind(disclosureRoutes.upload, async ({ query, body, person, now }) => {
      const bytes = body as unknown as Buffer
      const format = refusing(() => formatOf(bytes, query.name))
      const hash = sha256(bytes)
      const extract = (await findFile(records.read, hash))?.extract ?? (await apart({ do: 'read', bytes, format }))
      const name = query.name.split(/[\\/]/).at(-1) ?? query.name
      await records.write((turn) =>
        insertFile(turn.tx, {
          hash,
          name,
          format,
          size: bytes.length,
          body: bytes.toString('base64'),
          extract: JSON.stringify(extract),
          by: person.id,
          at_ms: now,
        }),
      )
      const characters = textOf(extract).replaceAll(/\s/g, '').length
      return { file: hash, name, format, size: bytes.length, characters, warnings: extract.warnings }
    }),
    bind(disclosureRoutes.submit, async ({ body, person, now }) => {
      const me = personOf(deps, person)
      const type = config.disclosure.types.find(({ id }) => id === body.type)
      if (!type) throw new Refusal('unprocessable', '这种文书不在公开范围内')
      const { exclude } = body
      if (exclude && !config.disclosure.grounds.some(({ id }) => id === exclude.ground))
        throw new Refusal('unprocessable', '没有这种不公开的理由')
      const today = officeDate(now)
      if (body.readyDay && body.readyDay > today)
        throw new Refusal('unprocessable', '生效（送达、回复）日期不能晚于今日')
      const { due, provisional } = publishDue(deps, today)
      const one: StoredDisclosure = {
        id: deps.newId(),
        title: body.title,
        type: type.id,
        kind: type.kind,
        caseNo: body.caseNo || null,
        department: me.department,
        submitter: me.id,
        reviewer: null,
        exporter: null,
        rechecker: null,
        publisher: null,
        parties: body.parties,
        readyDay: body.readyDay ?? null,
        state: 'review',
        due,
        provisional,
        lateSubmit: body.readyDay ? submittedLate(deps, body.readyDay, today) : false,
        ground: exclude?.ground ?? null,
        file: body.file,
        copy: null,
        masks: NO_MASKS,
        publicTitle: null,
        submittedMs: now,
        publishedMs: null,
        movedMs: now,
        rev: 0,
      }
      const moved = await records.write(async (turn) => {
        if (!(await findFile(turn.tx, body.file))) throw new Refusal('unprocessable', '没有这份文件，请重新上传')
        return submit(deps, turn, one, exclude?.reason ?? null)
      })
      return answerOf(deps, moved, person, now)
    }),
  ]
}

function refusing<Result>(act: () => Result): Result {
  try {
    return act()
  } catch (error) {
    if (error instanceof DocumentRefused) throw new Refusal('unprocessable', error.message)
    throw error
  }
}

function deciding(deps: DisclosureDeps): BoundRoute[] {
  const { records } = deps
  return [
    bind(disclosureRoutes.review, async ({ params, body, person, now }) => {
      const me = personOf(deps, person)
      const read = await seen(deps, person, params.id)
      const { decision, ground = null, reason } = body
      const moved = await records.write(async (turn) =>
        move(deps, turn, await reload(turn, read), { do: 'review', by: me.id, decision, ground }, reason),
      )
      return answerOf(deps, moved, person, now)
    }),
    bind(disclosureRoutes.mask, async ({ params, body, person, now }) => {
      const me = personOf(deps, person)
      const read = await seen(deps, person, params.id)
      const text = textOf((await fileOf(deps, read)).extract)
      const found = redact(deps.config.redaction, { text, parties: read.parties, documentKind: read.kind }).replacements
      const verdict = changed(read.masks, found, text.length, body)
      if (!verdict.ok) throw new Refusal('unprocessable', verdict.why)
      const moved = await records.write(async (turn) =>
        move(deps, turn, await reload(turn, read), { do: 'mask', by: me.id }, body.reason, { masks: verdict.manual }),
      )
      return answerOf(deps, moved, person, now)
    }),
    bind(disclosureRoutes.withdraw, async ({ params, body, person, now }) => {
      const me = personOf(deps, person)
      const read = await seen(deps, person, params.id)
      const moved = await records.write(async (turn) =>
        move(deps, turn, await reload(turn, read), { do: 'withdraw', by: me.id }, body.reason),
      )
      return answerOf(deps, moved, person, now)
    }),
    bind(disclosureRoutes.reopen, async ({ params, body, person, now }) => {
      const me = personOf(deps, person)
      const read = await seen(deps, person, params.id)
      const moved = await records.write(async (turn) =>
        move(deps, turn, await reload(turn, read), { do: 'reopen', by: me.id }, body.reason),
      )
      return answerOf(deps, moved, person, now)
    }),
  ]
}

function copying(deps: DisclosureDeps): BoundRoute[] {
  const { records, config } = deps
  /** The copy as it lies in the records, read once more; its hash must be the one that was compared. */
  const checked = async (one: StoredDisclosure) => {
    const bytes = one.copy && (await findCopy(records.read, one.id, one.copy.hash))
    if (!one.copy || !bytes) throw new Refusal('conflict', '还没有导出的副本')
    if (sha256(bytes) !== one.copy.hash) throw new Refusal('unprocessable', '副本与导出时的哈希不符，请重新导出')
    const about = aboutOf(deps, one, await fileOf(deps, one))
    return (await apart({ do: 'check', bytes, format: one.copy.format, about })).leftovers
  }
  return [
    bind(disclosureRoutes.export, async ({ params, body, person, now }) => {
      const me = personOf(deps, person)
      const read = await seen(deps, person, params.id)
      if (read.state !== 'export') throw new Refusal('conflict', '这一步已由他人完成，或还没有轮到')
      const file = await fileOf(deps, read)
      const text = textOf(file.extract)
      const found = redact(config.redaction, { text, parties: read.parties, documentKind: read.kind }).replacements
      const { shown } = effective(found, read.masks, config.redaction.mask)
      const { bytes, leftovers } = await apart({
        do: 'export',
        blocks: file.extract.blocks,
        replacements: shown,
        format: body.format,
        about: aboutOf(deps, read, file),
      })
      const copy = {
        hash: sha256(bytes),
        format: body.format,
        size: bytes.length,
        exportedMs: now,
        rules: config.redaction.version,
      }
      const moved = await records.write(async (turn) => {
        const one = await reload(turn, read)
        await saveCopy(turn.tx, one.id, copy.hash, bytes, turn.now)
        return move(deps, turn, one, { do: 'export', by: me.id, copy, leftovers }, null)
      })
      return answerOf(deps, moved, person, now)
    }),
    bind(disclosureRoutes.recheck, async ({ params, body, person, now }) => {
      const me = personOf(deps, person)
      const read = await seen(deps, person, params.id)
      const { passed, reason } = body
      const leftovers = passed && read.state === 'recheck' ? await checked(read) : []
      const moved = await records.write(async (turn) =>
        move(deps, turn, await reload(turn, read), { do: 'recheck', by: me.id, passed, leftovers }, reason),
      )
      return answerOf(deps, moved, person, now)
    }),
    bind(disclosureRoutes.publish, async ({ params, person, now }) => {
      const me = personOf(deps, person)
      const read = await seen(deps, person, params.id)
      const leftovers = read.state === 'publish' ? await checked(read) : []
      const moved = await records.write(async (turn) =>
        move(deps, turn, await reload(turn, read), { do: 'publish', by: me.id, leftovers, now: turn.now }, null),
      )
      return answerOf(deps, moved, person, now)
    }),
  ]
}
