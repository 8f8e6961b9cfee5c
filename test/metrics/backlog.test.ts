import { join } from 'node:path'
import { expect, test } from 'vitest'
import { Backlog } from '../../server/metrics/backlog.ts'
import { dropFolder, temporaryFolder } from '../services/process.ts'

test('a clock that ran an hour ahead does not move the place from which a restart replays', () => {
  const folder = temporaryFolder('backlog')
  const backlog = new Backlog(join(folder, 'backlog.sqlite'))
  backlog.add('[]', 0, 7_200_000)
  backlog.add('[]', 0, 3_600_000)
  expect(backlog.mark()).toBe(3_600_000)
  backlog.close()
  dropFolder(folder)
})
