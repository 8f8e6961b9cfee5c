import type { Chance } from '../../../collectors/office/random.ts'
import type { Line, Piece } from './story.ts'

/** What a keyboard, a layout or an OCR does to a piece; the same person and number all the same. */
type Trap = (text: string, chance: Chance) => string

const wide: Trap = (text) => text.replaceAll(/[0-9A-Za-z]/g, (one) => String.fromCharCode(one.charCodeAt(0) + 0xfee0))
const inside =
  (filler: (chance: Chance) => string): Trap =>
  (text, chance) => {
    const chars = Array.from(text)
    const at = chance.int(1, Math.max(1, chars.length - 1))
    return chars.slice(0, at).join('') + filler(chance) + chars.slice(at).join('')
  }
const breaks = inside(() => '\n')
const blank = inside((chance) => chance.pick([' ', '　', '\u00a0', '\u200b', '  ']))
const apart: Trap = (text) => Array.from(text).join(' ')

/** Which traps make sense for which kind; a link or an account name with a blank inside is another one. */
const TRAPS: Readonly<Record<string, readonly Trap[]>> = {
  name: [breaks, blank, apart],
  'id-card': [wide, breaks, blank, apart],
  phone: [wide, breaks, blank, apart],
  'bank-card': [wide, breaks, blank],
  plate: [wide, blank],
  'birth-date': [wide, blank],
  address: [wide, breaks],
  email: [wide],
  wechat: [wide],
  qq: [wide],
  passport: [wide],
}
const isLatin = (text: string): boolean => /^[A-Za-z ]+$/.test(text)

export function trapped(line: Line, chance: Chance, often: number): Line {
  return line.map((piece): Piece => {
    const traps = piece.kind ? TRAPS[piece.kind] : undefined
    if (!traps || !chance.hit(often)) return piece
    const trap = piece.kind === 'name' && isLatin(piece.text) ? wide : chance.pick(traps)
    return { ...piece, text: trap(piece.text, chance) }
  })
}
