import { afterEach, expect, test } from 'vitest'
import { systemClock } from '../../server/clock.ts'
import { PanelBoard } from '../../server/live/board.ts'
import { rest, TestPanel, until } from './hall.ts'

let screens = 1
let board: PanelBoard | undefined
afterEach(() => {
  screens = 1
  board?.rest()
})
function open(...panels: TestPanel[]) {
  const changes: string[] = []
  board = new PanelBoard({
    panels,
    clock: systemClock,
    changed: (name, text) => changes.push(`${name} ${text}`),
    failed: () => undefined,
    screens: () => screens,
  })
  return { board, changes }
}

test('nothing is read while nobody looks; the first to look gets everything fresh', async () => {
  const panel = new TestPanel('a', 'x', 1)
  const { board, changes } = open(panel)
  board.touch(['a', 'unknown'])
  await rest(20)
  expect(panel.loads).toBe(0)
  await board.watch()
  expect([panel.loads, board.data('a')]).toEqual([1, 1])
  board.rest()
  panel.value = 2
  board.touch(['a'])
  await rest(20)
  expect(panel.loads).toBe(1)
  await board.watch()
  expect(changes).toEqual(['a 1', 'a 2'])
})
test('many lookers at once cause one reading', async () => {
  const panel = new TestPanel('a', 'x', 1)
  const { board } = open(panel)
  await Promise.all(Array.from({ length: 50 }, () => board.watch()))
  expect(panel.loads).toBe(1)
})
test('the same state is not told twice', async () => {
  const panel = new TestPanel('a', 'x', 1)
  const { board, changes } = open(panel)
  await board.watch()
  await rest(260)
  board.touch(['a'])
  await until(() => panel.loads === 2)
  expect(changes).toEqual(['a 1'])
})
test('a change during a reading is read afterwards', async () => {
  const panel = new TestPanel('a', 'x', 1)
  let release = () => {}
  const gate = new Promise<void>((resolve) => {
    release = resolve
  })
  const load = panel.load.bind(panel)
  panel.load = async () => {
    const value = await load()
    await gate
    return value
  }
  const { board } = open(panel)
  const first = board.watch()
  panel.value = 2
  board.touch(['a'])
  release()
  await first
  await until(() => board.data('a') === 2)
})
test('time alone changes a panel with everyMs', async () => {
  const panel = new TestPanel('a', 'x', 1)
  panel.everyMs = 30
  const { board } = open(panel)
  await board.watch()
  panel.value = 2
  await until(() => board.data('a') === 2)
})
test('a large panel for many screens is told less often', async () => {
  const panel = new TestPanel('a', 'x', 'x'.repeat(10_000))
  screens = 800
  const { board } = open(panel)
  await board.watch()
  for (let n = 0; n < 8; n++) {
    panel.value = `${n}${'x'.repeat(10_000)}`
    board.touch(['a'])
    await rest(100)
  }
  // 8 MB at 8 MB/s: once a second.
  expect(panel.loads).toBe(1)
  await until(() => String(board.data('a')).startsWith('7'))
  expect(panel.loads).toBe(2)
})
