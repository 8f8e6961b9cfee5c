import type { Kill } from './kills.ts'
import type { FaultReport } from './suite.ts'

const line = (cells: readonly (string | number)[]): string =>
  `  ${cells.map((cell) => String(cell).padEnd(22)).join('')}`

function restarts(kills: readonly Kill[]): string[] {
  const names = [...new Set(kills.map(({ target }) => target))].sort()
  return names.map((name) => {
    const times = kills.filter(({ target }) => target === name).map(({ restartMs }) => Math.round(restartMs))
    const middle = times.toSorted((a, b) => a - b)[times.length >> 1] ?? 0
    return line([name, times.length, `${middle} ms`, `${Math.max(...times)} ms`])
  })
}

/** The summary of a run. */
export const table = ({ kills, verdicts, effects, stopMs, clean, swift }: FaultReport): string =>
  [
    '',
    line(['killed', 'times', 'restart p50', 'restart max']),
    ...restarts(kills),
    '',
    line(['source', 'sent', 'stored', 'lost', 'doubled', 'unknown']),
    ...verdicts.map(({ source, sent, stored, lost, doubled, unknown }) =>
      line([source, sent, stored, lost.length, doubled.length, unknown.length]),
    ),
    '',
    line(['effect', 'expected', 'found']),
    ...effects.map(({ what, expected, found }) => line([what, expected, found])),
    '',
    line(['orderly stop', `${Math.round(stopMs)} ms`]),
    ...verdicts.flatMap(({ source, lost, doubled }) =>
      lost.length + doubled.length > 0 ? [`  ${source} lost ${lost.slice(0, 5)} doubled ${doubled.slice(0, 5)}`] : [],
    ),
    `  ${clean ? 'nothing lost, nothing doubled' : 'LOST OR DOUBLED'}, ${swift ? 'all in time' : 'TOO SLOW'}`,
  ].join('\n')
