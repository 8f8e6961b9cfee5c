import { HandoverItem, HandoverPromise, HandoverSheet, HandoverState } from '../../contract/http/handover.ts'
import type { Principal } from '../feature.ts'
import type { HandoverRow } from './repository.ts'
import { mayTake } from './rules.ts'

const Body = HandoverItem.pick({ notes: true }).extend({ sheet: HandoverSheet, promises: HandoverPromise.array() })

export function presentHandover(row: HandoverRow, person: Principal): HandoverItem {
  const { sheet, notes, promises } = Body.parse(JSON.parse(row.body))
  const state = HandoverState.parse(row.state)
  const writes = person.permissions.has('handover.write')
  const asked = { state, givenBy: row.given_by, sha256: row.sha256 }
  return {
    id: row.id,
    state,
    sheet,
    sha256: row.sha256,
    notes,
    promises,
    given: {
      name: row.given_name,
      post: row.given_post,
      username: row.given_by,
      at: Number(row.given_ms),
      seq: Number(row.given_seq),
      hash: row.given_hash,
    },
    taken:
      row.taken_by === null
        ? null
        : {
            name: row.taken_name ?? '',
            post: row.taken_post ?? '',
            username: row.taken_by,
            at: Number(row.taken_ms),
            seq: Number(row.taken_seq),
            hash: row.taken_hash ?? '',
            note: row.taken_note ?? '',
          },
    voidReason: row.void_reason,
    mayTake: writes && mayTake(asked, { username: person.username, sha256: null }) === null,
    mayVoid: writes && state === 'given',
  }
}
