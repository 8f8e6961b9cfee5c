import { expect, test } from 'vitest'
import { createWindow } from '../../../collectors/delivery/window.ts'

const rows = [{ seq: 1, id: 'a', type: 'terminal.scan', body: '{}' }]

test('a clock that was set back does not put off what has no receipt', () => {
  const window = createWindow()
  const noon = 43_200_000
  window.launch(rows, noon)
  expect(window.overdue(noon + 5000)).toHaveLength(0)
  expect(window.overdue(noon - 3_600_000)).toHaveLength(1)
  expect(window.overdue(noon - 3_599_000)).toHaveLength(0)
  expect(window.overdue(noon - 3_570_000)).toHaveLength(1)
})
