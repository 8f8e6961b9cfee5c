import type { Surroundings } from './scenario.ts'
import type { FaultReport } from './suite.ts'

const line = (cells: readonly (string | number)[]): string =>
  `  ${cells.map((cell) => String(cell).padEnd(16)).join('')}`

const WHERE: Readonly<Record<Surroundings, string>> = {
  embedded: '全内置',
  real: 'Mosquitto + influxd + PostgreSQL',
  cluster: '多台服务器 + Mosquitto + influxd + PostgreSQL + Redis',
}

/** The summary of a run. */
export const table = ({ played, verdicts, effects, stopMs, clean, in: where }: FaultReport): string =>
  [
    '',
    WHERE[where],
    ...played.map(({ title, words, played: yes }) => `  ${yes ? '✓' : '–'} ${title}：${words}`),
    line(['来源', '送出', '入库', '丢失', '重复', '不明']),
    ...verdicts.map(({ source, sent, stored, lost, doubled, unknown }) =>
      line([source, sent, stored, lost.length, doubled.length, unknown.length]),
    ),
    line(['后果', '应为', '实为']),
    ...effects.map(({ what, expected, found }) => line([what, expected, found])),
    line(['有序停止', `${Math.round(stopMs)} 毫秒`]),
    ...verdicts.flatMap(({ source, lost, doubled }) =>
      lost.length + doubled.length > 0 ? [`  ${source} 丢失 ${lost.slice(0, 5)} 重复 ${doubled.slice(0, 5)}`] : [],
    ),
    `  ${clean ? '无丢失、无重复、无重响，链与抽签全部一致' : '有丢失、重复或不一致'}`,
  ].join('\n')
