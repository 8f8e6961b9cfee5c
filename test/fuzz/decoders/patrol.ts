import { decodeWand } from '../../../collectors/patrol/decode.ts'
import { wandProfile } from '../../../collectors/patrol/profile.ts'
import { profileOf } from '../../collectors/terminals/decoders.ts'
import { type Fuzzed, fixtures, text } from '../fuzzed.ts'

const NOW = Date.parse('2026-09-02T12:00:00+08:00')
const BY = {
  profile: wandProfile(profileOf('wand-csv')),
  device: 'wand',
  point: (chip: string) => (chip === '0F004EBEFC' ? 'P01' : undefined),
  personHash: (name: string) => `h:${name.length}`,
}

export const fuzzed: Fuzzed[] = [
  {
    name: 'wand',
    seeds: [
      ...fixtures('patrol', (name) => /\.(csv|txt|xls)$/.test(name)),
      ...text(
        '<table><tr><th>巡检时间</th><th>巡检器</th><th>编号</th></tr><tr><td>2026-09-01 08:30</td><td>R1</td><td>0F</td></tr></table>',
      ),
    ],
    decode: (input) => decodeWand(input, NOW, BY),
  },
]
